import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nginxSampler } from '../../src/samplers/nginx.js';
import { type NginxServer, startNginx } from '../helpers/nginx-server.js';
import { startSampling, valueIn } from '../helpers/sampling.js';

let nginx: NginxServer;
beforeAll(async () => {
  nginx = await startNginx('location /status { stub_status; } location / { return 404; }');
});
afterAll(() => nginx.end());

describe('nginxSampler', () => {
  it('reads connections by state and the counters', async () => {
    const { read } = await startSampling(nginxSampler(`${nginx.origin}/status`));
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
    const { read } = await startSampling(nginxSampler(`${nginx.origin}/other`));
    await expect(read()).rejects.toThrow('HTTP 404');
  });
});
