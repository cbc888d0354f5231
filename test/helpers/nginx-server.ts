import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from './child.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface NginxServer {
  /** http://127.0.0.1:port */
  origin: string;
  end(): Promise<void>;
}

/** A real nginx on 127.0.0.1 whose one server has these directives. */
export async function startNginx(serverDirectives: string): Promise<NginxServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  const config = `
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    worker_processes 1;
    events { worker_connections 128; }
    http {
      access_log off;
      ${temporary.join(' ')}
      server { listen 127.0.0.1:${port}; ${serverDirectives} }
    }`;
  const file = path.join(folder, 'nginx.conf');
  await writeFile(file, config);
  const child = startChild('nginx', ['-p', folder, '-c', file, '-e', path.join(folder, 'error.log'), '-g', 'daemon off;']);
  const origin = `http://127.0.0.1:${port}`;
  await until('nginx', () => fetch(origin).then(() => true));
  return {
    origin,
    async end() {
      await child.end();
      await rm(folder, { recursive: true });
    },
  };
}
