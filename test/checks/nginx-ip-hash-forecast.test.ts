import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/nginx-ip-hash-forecast.js';
import { forecastIpHash } from '../../src/clients/nginx/forecast.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { spreadAddresses } from '../../src/demo/source-addresses.js';
import { checkContext } from '../helpers/check-context.js';

const stage = (users: number) => [{ name: 'all', users, spawnRate: 10, untilSeconds: 60 }];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-forecast-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(layer: ConfigLayer, upstream = 'ip_hash; server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3;', listen = '80') {
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `events {} http { upstream fastapi_backend { ${upstream} } server { listen ${listen}; location / { proxy_pass http://fastapi_backend; } } }`,
  );
  const backends = [1, 2, 3].map((port) => ({ name: `fastapi-${port}`, address: '127.0.0.1', port }));
  return await check.run(checkContext({ target: 'ws://127.0.0.1:80', backends, nginx: { config }, ...layer }));
}

describe('nginx-ip-hash-forecast', () => {
  it('passes for addresses that spread', async () => {
    const addresses = spreadAddresses(3);
    expect(await run({ sourceAddresses: addresses })).toEqual({
      status: 'pass',
      observed: `1000 users from 30 addresses (30 for ip_hash): ${forecast(addresses)}`,
      expected: 'each within 15 % of 333 users, and none above its 1000 connections',
    });
  });

  function forecast(addresses: readonly string[]): string {
    const peers = [1, 2, 3].map((n) => ({ name: `fastapi-${n}`, weight: 1, down: false }));
    return forecastIpHash(peers, addresses, 1000)
      .peers.map(({ name, users }) => `${name} ${users}`)
      .join(', ');
  }

  it('fails for all users on one /24, and its remedy turns it green', async () => {
    const result = await run({ sourceAddresses: Array.from({ length: 50 }, (_, n) => `127.0.1.${n + 1}`) });
    expect(result).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/^1000 users from 50 addresses \(1 for ip_hash\): .*\b1000\b/),
    });
    const suggested = /--source-addresses (\S+);/.exec(result.remedy ?? '')?.[1]?.split(',') ?? [];
    expect(await run({ sourceAddresses: suggested })).toMatchObject({ status: 'pass' });
  });

  it('takes the address that the system would choose where none is given', async () => {
    expect(await run({ sourceAddresses: [] })).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('from 1 address (1 for ip_hash)'),
    });
  });

  it('warns for an uneven spread', async () => {
    const peers = [1, 2, 3].map((n) => ({ name: `fastapi-${n}`, weight: 1, down: false }));
    const spread = spreadAddresses(3);
    const doubled = [...spread, ...spread.filter((address) => (forecastIpHash(peers, [address], 1).peers[0]?.users ?? 0) === 1)];
    expect(await run({ sourceAddresses: doubled })).toMatchObject({ status: 'warn' });
  });

  it('fails for a backend beyond its limit, however even', async () => {
    expect(await run({ sourceAddresses: spreadAddresses(3), stages: stage(3300) })).toMatchObject({ status: 'fail' });
    expect(await run({ sourceAddresses: spreadAddresses(3), stages: stage(3300), scenario: '/srv/own.js' })).toMatchObject({
      status: 'pass',
    });
  });

  it('knows weights and servers that are down', async () => {
    const upstream = 'ip_hash; server 127.0.0.1:1 weight=2; server 127.0.0.1:2; server 127.0.0.1:3 down;';
    const result = await run({ sourceAddresses: Array.from({ length: 250 }, (_, n) => `127.9.${n}.1`), stages: stage(750) }, upstream);
    expect(result.expected).toContain('of 500 or 250 users');
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining('fastapi-3 0 (down)') });
    expect(result.remedy).toMatch(/^take down off fastapi-3 and reload nginx; /);
  });

  it('takes a name that is the only server for as many as there are replicas', async () => {
    expect((await run({ sourceAddresses: ['127.0.1.1'] }, 'ip_hash; server fastapi.invalid:8001;')).observed).toMatch(
      /fastapi\.invalid:8001 \(1 of 3\) \d+, fastapi\.invalid:8001 \(2 of 3\) \d+, fastapi\.invalid:8001 \(3 of 3\) \d+$/,
    );
  });

  it('hashes all of an IPv4 address that comes through a socket of IPv6', async () => {
    const sourceAddresses = Array.from({ length: 50 }, (_, n) => `127.0.1.${n + 1}`);
    expect((await run({ sourceAddresses }, undefined, '[::]:80 ipv6only=off')).observed).toContain('(50 for ip_hash)');
  });

  it('is skipped where nothing is hashed, or the upstream is not known', async () => {
    expect(await run({}, 'least_conn; server 127.0.0.1:1;')).toMatchObject({
      status: 'skip',
      observed: expect.stringContaining('least_conn'),
    });
    expect(await run({ nginx: { config: join(folder, 'nginx.conf'), upstream: 'other' } })).toMatchObject({ status: 'skip' });
  });

  it('asks for no more than whole users can give', () => {
    const peers = [1, 2, 3].map((n) => ({ name: `b${n}`, weight: 1, down: false }));
    const few = forecastIpHash(peers, spreadAddresses(3), 4);
    expect(judge(few, { seen: { addresses: spreadAddresses(3) } })).toMatchObject({ status: 'pass' });
    expect(judge(forecastIpHash(peers, ['127.0.1.1'], 1), { seen: { addresses: ['127.0.1.1'] } })).toMatchObject({ status: 'pass' });
  });
});
