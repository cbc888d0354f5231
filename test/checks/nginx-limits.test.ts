import { describe, expect, it } from 'vitest';
import { judge as judgeLimits } from '../../checks/nginx-rate-limits.js';
import { judge as judgeRoom, type Room } from '../../checks/nginx-worker-connections.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';
import { readingOf } from '../helpers/nginx-reading.js';

const ACCOUNT = { email: 'a@b.c', password: 'x' };

const configOf = (layer: ConfigLayer = {}) => checkContext({ target: 'ws://kindmap.test', accounts: [ACCOUNT], ...layer }).config;

const ZONES = `limit_req_zone $binary_remote_addr zone=api_limit:10m rate=10r/s; limit_conn_zone $binary_remote_addr zone=per_ip:10m;
  limit_conn_zone $server_name zone=all:10m;`;

const server = ({ http = '', inServer = '', login = '', ws = '', other = '' }) => `http { ${ZONES} ${http} server { listen 80; ${inServer}
  location /api/v1/ws/ { proxy_pass http://a; ${ws} } location = /api/v1/auth/login { proxy_pass http://a; ${login} }
  location / { proxy_pass http://a; } location /static/ { root /srv; ${other} } } }`;

describe('nginx-rate-limits', () => {
  it('tells a zone that nothing uses from a limit', async () => {
    expect(judgeLimits(await readingOf(server({})), configOf())).toEqual({
      status: 'pass',
      observed:
        'no limit on the WebSocket, /api/v1/auth/login, /api/v1/auth/refresh; zones that nothing uses, and so no limits: api_limit, per_ip, all',
    });
  });

  it.each<[string, Parameters<typeof server>[0], string]>([
    [
      'on login',
      { login: 'limit_req zone=api_limit burst=20 nodelay;' },
      'limit_req of zone api_limit (10r/s for each $binary_remote_addr) on /api/v1/auth/login, in location = /api/v1/auth/login of',
    ],
    ['on the WebSocket', { ws: 'limit_req zone=api_limit;' }, 'on the WebSocket, in location /api/v1/ws/'],
    ['inherited from the server', { inServer: 'limit_req zone=api_limit;' }, 'on the WebSocket'],
    ['inherited from http', { http: 'limit_req zone=api_limit;' }, 'on /api/v1/auth/refresh, in location /'],
    [
      'connections of one address',
      { ws: 'limit_conn per_ip 10;' },
      'limit_conn of zone per_ip (10 for each $binary_remote_addr, where the run has 1000) on the WebSocket',
    ],
    [
      'connections of all',
      { inServer: 'limit_conn all 500;' },
      'limit_conn of zone all (500 for each $server_name, where the run has 1000)',
    ],
  ])('fails for a limit %s', async (_, parts, observed) => {
    const result = judgeLimits(await readingOf(server(parts)), configOf());
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining(observed) });
    expect(result.remedy).toMatch(/take these lines out of \/etc\/nginx\/nginx\.conf, then: nginx -t && nginx -s reload$/);
  });

  it.each<[string, Parameters<typeof server>[0], ConfigLayer]>([
    ['on a path that the run does not use', { other: 'limit_req zone=api_limit;' }, {}],
    ['on login, where nobody logs in', { login: 'limit_req zone=api_limit;' }, { accounts: [] }],
    ['that is only tried out', { ws: 'limit_req zone=api_limit; limit_req_dry_run on;' }, {}],
    ['above what there is', { ws: 'limit_conn all 1000;' }, {}],
    [
      'above what there is of each address',
      { ws: 'limit_conn per_ip 100;' },
      { sourceAddresses: Array.from({ length: 10 }, (_, n) => `127.0.${n}.1`) },
    ],
    [
      'of the server that the location has one in the place of',
      { inServer: 'limit_conn all 5;', ws: 'limit_conn all 5000;', login: 'limit_conn all 5000;' },
      {},
    ],
  ])('passes for a limit %s', async (_, parts, layer) => {
    expect(judgeLimits(await readingOf(server(parts)), configOf(layer))).toMatchObject({ status: 'pass' });
  });
});

describe('nginx-worker-connections', () => {
  const room = (changes: Partial<Room>): Room => ({ connections: 8192, workers: 1, workersAre: 'running', openFiles: 16_384, ...changes });
  const judge = async (changes: Partial<Room>, users = 1000) => judgeRoom(room(changes), users, await readingOf('events {}'));

  it('passes where two connections and two files for each user are enough', async () => {
    expect(await judge({ connections: 2000, openFiles: 2000 })).toEqual({
      status: 'pass',
      observed: 'worker_connections 2000 × 1 worker (running) = 2000; open files of a worker: 2000',
      expected: 'at least 2000: two for each of 1000 users',
    });
    expect(await judge({ connections: 512, workers: 4 })).toMatchObject({ status: 'pass' });
  });

  it.each<[string, Partial<Room>, string]>([
    [
      '512 connections',
      { connections: 512 },
      'in /etc/nginx/nginx.conf write worker_connections 4096; in events. Then: nginx -t && nginx -s reload',
    ],
    ['1,024 files', { openFiles: 1024 }, 'in /etc/nginx/nginx.conf write worker_rlimit_nofile 8192; at the top. Then'],
    ['both', { connections: 512, openFiles: 1024 }, 'write worker_connections 4096; in events and worker_rlimit_nofile 8192; at the top'],
  ])('fails for %s', async (_, changes, remedy) => {
    const result = await judge(changes);
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining(remedy) });
    const [connections = 8192, openFiles = 16_384] = [/worker_connections (\d+)/, /nofile (\d+)/].map((wanted) => {
      const written = wanted.exec(result.remedy ?? '')?.[1];
      return written === undefined ? undefined : Number(written);
    });
    expect(await judge({ connections, openFiles })).toMatchObject({ status: 'pass' });
  });

  it('only warns where nobody can tell how many files there may be', async () => {
    const { openFiles: _, ...unseen } = room({ openFilesUnknown: 'not here' });
    const result = judgeRoom(unseen, 1000, await readingOf('events {}'));
    expect(result).toMatchObject({ status: 'warn', observed: expect.stringContaining('open files of a worker: unknown (not here)') });
  });
});
