import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from './child.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

/** A real nginx in front of three backends, with ip_hash in one file that it includes and a rate limit in another. */
export interface RelaxableNginx {
  folder: string;
  /** nginx.conf. */
  config: string;
  /** With ip_hash, CRLF line ends and Korean comments. */
  upstreamFile: string;
  /** With the rate limit, included as `sites/kind*`. */
  siteFile: string;
  origin: string;
  pid: number;
  /** How many of so many requests, one after the other, which backend answered; refusals by their status. */
  ask(requests: number): Promise<Record<string, number>>;
  end(): Promise<void>;
}

export const BACKENDS = ['a', 'b', 'c'] as const;

export function upstreamText(servers: readonly string[]): string {
  const lines = [
    '# 세 개의 백엔드',
    'upstream fastapi_backend {',
    '    ip_hash; # 같은 IP는 같은 백엔드로',
    ...servers.map((server) => `    server ${server};`),
    '}',
    '',
  ];
  return lines.join('\r\n');
}

export function siteText(listen: string): string {
  return `server {
  listen ${listen};
  location / {
    limit_req zone=api_limit
      burst=2 nodelay; proxy_set_header X-Note "ip_hash; limit_req 설명";
    proxy_pass http://fastapi_backend;
  }
}
`;
}

export async function startRelaxableNginx(): Promise<RelaxableNginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-relax-'));
  const ports = await Promise.all([freePort(), ...BACKENDS.map(() => freePort())]);
  const [front = 0, ...backends] = ports;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  const servers = backends.map((port, index) => `server { listen 127.0.0.1:${port}; return 200 ${BACKENDS[index]}; }`);
  const config = path.join(folder, 'nginx.conf');
  const upstreamFile = path.join(folder, 'conf.d', 'upstream.conf');
  const siteFile = path.join(folder, 'sites', 'kindmap');
  await mkdir(path.dirname(upstreamFile));
  await mkdir(path.dirname(siteFile));
  await writeFile(
    config,
    `pid nginx.pid;
error_log error.log;
worker_processes 1;
events { worker_connections 128; }
http {
  access_log off;
  ${temporary.join(' ')}
  limit_req_zone $binary_remote_addr zone=api_limit:1m rate=1r/m;
  include conf.d/*.conf;
  include sites/kind*;
  ${servers.join('\n  ')}
}
`,
  );
  await writeFile(upstreamFile, upstreamText(backends.map((port) => `127.0.0.1:${port}`)));
  await writeFile(siteFile, siteText(`127.0.0.1:${front}`));
  const child = startChild('nginx', ['-p', folder, '-c', config, '-e', path.join(folder, 'error.log'), '-g', 'daemon off;']);
  const origin = `http://127.0.0.1:${backends[0]}`;
  await until('nginx', () => fetch(origin).then(() => true));
  return {
    folder,
    config,
    upstreamFile,
    siteFile,
    origin: `http://127.0.0.1:${front}`,
    pid: child.pid,
    ask: (requests) => ask(`http://127.0.0.1:${front}`, requests),
    async end() {
      await child.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** Requests one after the other, each on a connection of its own: what was answered, or the status of the refusal. */
export async function ask(origin: string, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let asked = 0; asked < requests; asked += 1) {
    const answer = await answerOf(origin);
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

function answerOf(origin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(origin, { agent: false }, (response) => {
      let text = '';
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? text : String(response.statusCode)));
    }).on('error', reject);
  });
}
