import { PROXIED, UPSTREAM } from '../service-config.js';
import { NGINX_PORT } from './options.js';

/**
 * nginx.conf like that of the target's repository: names of backends, which nginx looks up once as it starts, two zones of limits that
 * nothing uses, and no `stub_status` unless it is asked for. Logs go where the Engine reads them.
 */
export function nginxConf(plan: { backends: readonly string[]; method: string; stubStatus: boolean; workerConnections?: number }): string {
  const method = plan.method === 'round_robin' ? '' : `    ${plan.method};\n`;
  const servers = plan.backends.map((backend) => `    server ${backend};`).join('\n');
  const status = plan.stubStatus ? '\n    location = /nginx_status {\n      stub_status;\n    }\n' : '';
  return `user nginx;
worker_processes 1;
worker_rlimit_nofile 16384;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections ${plan.workerConnections ?? 8192};
}

http {
  access_log /dev/stdout;
  server_tokens off;
  limit_req_zone $binary_remote_addr zone=api_limit:10m rate=10r/s;
  limit_req_zone $binary_remote_addr zone=ws_limit:10m rate=5r/s;

  upstream ${UPSTREAM} {
${method}${servers}
  }

  server {
    listen ${NGINX_PORT} backlog=2048;

${PROXIED}${status}  }
}
`;
}
