import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from './child.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface NginxHttp {
  /** A path within it: `${folder}/a.sock`. */
  folder: string;
  file: string;
  ports: number[];
  end(): Promise<void>;
}

/** A real nginx whose `http` block is what `http` gives; it may listen on so many free ports of 127.0.0.1 and on Unix sockets in its folder. */
export async function startNginxHttp(count: number, http: (ports: readonly number[], folder: string) => string): Promise<NginxHttp> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-'));
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) ports.push(await freePort());
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const text = `${process.getuid?.() === 0 ? 'user root;' : ''} pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1; daemon off;
    events { worker_connections 1024; }
    http { access_log off; ${temporary}
${http(ports, folder)}
    }`;
  const file = path.join(folder, 'nginx.conf');
  await writeFile(file, text);
  const child = startChild('nginx', ['-p', folder, '-c', file, '-e', path.join(folder, 'error.log')]);
  await until('nginx', async () => {
    const socket = connect({ host: '127.0.0.1', port: ports[0] ?? 0 });
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
  return {
    folder,
    file,
    ports,
    async end() {
      await child.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** The body of a GET. */
export function get(port: number, url: string, options: { localAddress?: string; headers?: Record<string, string> } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: url, agent: false, ...options }, async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      resolve(body);
    });
    asked.on('error', reject).end();
  });
}
