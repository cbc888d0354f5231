/** A place to listen at. */
export interface Endpoint {
  address: string;
  port: number;
}

export const UPSTREAM = 'fastapi_backend';
export const CHANNEL = 'kindmap_events';

/** How nginx passes everything on to the backends: upgrade headers, long timeouts. */
export const PROXIED = `    proxy_http_version 1.1;

    location /api/v1/ws/ {
      proxy_pass http://${UPSTREAM};
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_read_timeout 3600s;
      proxy_send_timeout 3600s;
      proxy_buffering off;
    }

    location / {
      proxy_pass http://${UPSTREAM};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
`;

/** redis.conf with the options of the guide's Redis, and nothing written to the disk. */
export function redisConfig({ address, port }: Endpoint, maxMemory: string): string {
  return `bind ${address}
port ${port}
protected-mode no
daemonize no
save ""
appendonly no
maxmemory ${maxMemory}
maxmemory-policy allkeys-lru
client-output-buffer-limit pubsub 32mb 8mb 60
`;
}

export interface NginxPlan {
  front: Endpoint;
  /** Where stub_status is served. */
  status: Endpoint;
  backends: readonly Endpoint[];
  /** As root nginx would give up its rights and could not enter its own folder. */
  root: boolean;
  workerConnections: number;
}

/** nginx.conf like the guide's: ip_hash over the backends, upgrade headers, long timeouts. Its paths are relative to the prefix that nginx is given. */
export function nginxConfig({ front, status, backends, root, workerConnections }: NginxPlan): string {
  const servers = backends.map(({ address, port }) => `    server ${address}:${port};`).join('\n');
  return `${root ? 'user root;\n' : ''}daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid nginx.pid;
error_log error.log warn;

events {
  worker_connections ${workerConnections};
}

http {
  access_log off;
  server_tokens off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;

  upstream ${UPSTREAM} {
    ip_hash;
${servers}
  }

  server {
    listen ${front.address}:${front.port} backlog=2048;

${PROXIED}  }

  server {
    listen ${status.address}:${status.port};

    location = /nginx_status {
      stub_status;
    }
  }
}
`;
}

/** The target's .env, as far as the tool looks at it. No secret is in it. */
export function envFile(redis: Endpoint): string {
  return `REDIS_PUBSUB_ENABLED=true
REDIS_PUBSUB_CHANNEL=${CHANNEL}
REDIS_HOST=${redis.address}
REDIS_PORT=${redis.port}
ACCESS_TOKEN_EXPIRE_MINUTES=30
`;
}
