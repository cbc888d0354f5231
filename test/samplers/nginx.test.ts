import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cutProcesses } from '../../src/clients/nginx/processes.js';
import type { LocalSocket } from '../../src/clients/proc.js';
import { connectionsByPort, nginxSampler } from '../../src/samplers/nginx.js';
import { type NginxServer, startNginx } from '../helpers/nginx-server.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

let nginx: NginxServer;
beforeAll(async () => {
  nginx = await startNginx('location /status { stub_status; } location / { return 404; }');
});
afterAll(() => nginx.end());

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-nginx-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

describe('nginxSampler', () => {
  it('counts lines of its error log, without taking it for that of a backend', async () => {
    const errorLog = path.join(folder, 'error.log');
    await writeFile(errorLog, 'an old line: 3 worker_connections are not enough\n');
    const patterns = { worker_connections: 'worker_connections are not enough', limited: 'limiting requests' };
    const sampling = await startSampling(nginxSampler({ errorLog, patterns }));
    endings.push(sampling.stop);
    await appendFile(errorLog, '2026/01/01 [alert] 7#7: 128 worker_connections are not enough\nanother\n');
    const readings = await until('two lines', async () => {
      const some = await sampling.read();
      return valueIn(some, 'log.lines') === 2 && some;
    });
    expect(readings).toEqual([
      { name: 'log.lines', value: 2, attributes: { component: 'nginx' } },
      { name: 'log.matches', value: 1, attributes: { component: 'nginx', pattern: 'worker_connections' } },
      { name: 'log.matches', value: 0, attributes: { component: 'nginx', pattern: 'limited' } },
    ]);
  });

  it('gives its connections where the log cannot be read', async () => {
    const errorLog = path.join(folder, 'no', 'error.log');
    const sampling = await startSampling(nginxSampler({ statusUrl: `${nginx.origin}/status`, errorLog, patterns: { a: 'a' } }));
    endings.push(sampling.stop);
    expect(valueIn(await sampling.read(), 'nginx.connections_current', { state: 'active' })).toBeGreaterThan(0);
    expect(sampling.problems.join()).toContain('error.log');
  });

  it('brings the files of a configuration to the evidence, and names those that are not there', async () => {
    const config = path.join(folder, 'nginx.conf');
    const included = path.join(folder, 'more.conf');
    await writeFile(config, 'include more.conf;\nevents {}\n');
    await writeFile(included, 'worker_processes 2; # two\n');
    const sampler = nginxSampler({ config });
    const { ctx } = await startSampling(sampler);
    expect(await sampler.snapshot?.('before', ctx)).toEqual([
      {
        path: 'nginx/before.conf',
        content: `# configuration file ${config}:\ninclude more.conf;\nevents {}\n\n# configuration file ${included}:\nworker_processes 2; # two\n\n`,
        status: 'ok',
      },
    ]);
    await rm(included);
    expect(await sampler.snapshot?.('after', ctx)).toMatchObject([
      { path: 'nginx/after.conf', status: 'partial', reason: `not there: ${included}` },
    ]);
    await rm(config);
    expect(await sampler.snapshot?.('after', ctx)).toMatchObject([{ status: 'missing', reason: expect.stringContaining('ENOENT') }]);
  });

  it('reads connections by state and the counters', async () => {
    const { read } = await startSampling(nginxSampler({ statusUrl: `${nginx.origin}/status` }));
    const first = await read();
    const second = await read();
    expect(second.map(({ name, attributes }) => [name, ...Object.values(attributes ?? {})].join(' '))).toEqual([
      'nginx.connections_current active',
      'nginx.connections_current reading',
      'nginx.connections_current writing',
      'nginx.connections_current waiting',
      'nginx.connections_accepted',
      'nginx.connections_handled',
      'nginx.requests',
    ]);
    expect(valueIn(second, 'nginx.connections_current', { state: 'writing' })).toBe(1);
    expect(valueIn(second, 'nginx.requests')).toBe((valueIn(first, 'nginx.requests') ?? Number.NaN) + 1);
  });

  it('throws when there is no such page', async () => {
    const { read } = await startSampling(nginxSampler({ statusUrl: `${nginx.origin}/other` }));
    await expect(read()).rejects.toThrow('HTTP 404');
  });
});

describe('connectionsByPort', () => {
  const socket = (state: LocalSocket['state'], port: number, address = '10.0.0.2'): LocalSocket => ({ state, port, address });

  it('counts what is established on ports that are listened on, not what nginx opened itself', () => {
    const sockets = [
      socket('listen', 80, '0.0.0.0'),
      socket('listen', 443, '0.0.0.0'),
      socket('listen', 40_000, '127.0.0.11'),
      socket('established', 80),
      socket('established', 80),
      socket('established', 50_000),
      socket('established', 40_000, '127.0.0.11'),
    ];
    expect([...connectionsByPort(sockets)]).toEqual([
      [80, 2],
      [443, 0],
    ]);
    expect([...connectionsByPort(sockets, 443)]).toEqual([[443, 0]]);
    expect([...connectionsByPort(sockets, 8080)]).toEqual([]);
  });
});

describe('cutProcesses', () => {
  it('cuts processes apart, also where one of them has ended', () => {
    const text = '1 (nginx) S 0 1\nnginx: master process nginx -g daemon off;\0\0\0' + '12 (a (b) c) S 1 1\nsh\0-c\0x\0';
    expect(cutProcesses(text, [1, 7, 12])).toEqual([
      { pid: 1, stat: '1 (nginx) S 0 1', command: 'nginx: master process nginx -g daemon off;' },
      { pid: 12, stat: '12 (a (b) c) S 1 1', command: 'sh -c x' },
    ]);
  });
});
