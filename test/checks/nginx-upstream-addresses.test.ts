import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import check, { judge, type NamedContainer } from '../../checks/nginx-upstream-addresses.js';
import { hasPeer } from '../../src/clients/nginx/reached.js';
import { checkContext } from '../helpers/check-context.js';

const LOADED = Date.parse('2026-01-01T00:00:10Z');

function container(changes: Partial<NamedContainer> = {}): NamedContainer {
  return { host: 'fastapi-1', name: 'fastapi-1', address: '172.18.0.3', startedAt: LOADED - 5000, isReached: false, ...changes };
}

const looked = (containers: NamedContainer[], unknown: string[] = []) =>
  judge({ loadedAt: LOADED, containers, unknown }, 'nginx -s reload');

describe('nginx-upstream-addresses', () => {
  it.each<[string, NamedContainer[], string[], string, string]>([
    ['all before', [container()], [], 'pass', 'nginx looked the names up at 2026-01-01T00:00:10Z, after 1 of 1 backends had started'],
    [
      'one later',
      [container(), container({ name: 'b', startedAt: LOADED + 1 })],
      [],
      'fail',
      'b (172.18.0.3) started at 2026-01-01T00:00:10Z, and has no connection from nginx',
    ],
    [
      'one later that nginx has reached',
      [container({ name: 'b', startedAt: LOADED + 1, isReached: true })],
      [],
      'pass',
      'later, but connected to from nginx: b',
    ],
    ['names of nobody', [], ['api.internal'], 'skip', 'no running container is known for api.internal'],
    ['a name of nobody beside others', [container()], ['gone'], 'pass', 'no running container is known for gone'],
  ])('%s', (_, containers, unknown, status, observed) => {
    expect(looked(containers, unknown)).toMatchObject({ status, observed: expect.stringContaining(observed) });
  });

  it('says how to let nginx look again', () => {
    expect(looked([container({ startedAt: LOADED + 1 })]).remedy).toBe(
      'let nginx look them up again, which keeps every connection: nginx -s reload',
    );
  });

  it.each<[string, string, string]>([
    ['addresses', 'server 127.0.0.1:1; server [::1]:2; server unix:/a.sock; server localhost:3;', 'pass'],
    ['names that are looked up again', 'zone z 64k; server fastapi:8001 resolve;', 'pass'],
    ['names, with no container of nginx to see', 'server fastapi:8001;', 'skip'],
  ])('without a container: %s', async (_, servers, status) => {
    const folder = await mkdtemp(join(tmpdir(), 'loadwitness-addresses-'));
    const config = join(folder, 'nginx.conf');
    await writeFile(config, `http { upstream fastapi_backend { ${servers} } }`);
    expect(await check.run(checkContext({ nginx: { config } }))).toMatchObject({ status });
    await rm(folder, { recursive: true });
  });
});

describe('hasPeer', () => {
  const TABLE = `  sl  local_address rem_address   st
   0: 00000000:1F41 00000000:0000 0A 00000000:00000000
   1: 030012AC:1F41 050012AC:C001 06 00000000:00000000
   2: 0000000000000000FFFF0000030012AC:1F41 0000000000000000FFFF0000070012AC:C001 01`;

  it('finds the other end by its address and our port, of IPv4 and mapped', () => {
    expect(hasPeer(TABLE, 8001, ['172.18.0.5'])).toBe(true);
    expect(hasPeer(TABLE, 8001, ['172.18.0.7'])).toBe(true);
    expect(hasPeer(TABLE, 8001, ['172.18.0.6'])).toBe(false);
    expect(hasPeer(TABLE, 8002, ['172.18.0.5'])).toBe(false);
    expect(hasPeer(TABLE, 8001, [])).toBe(false);
  });
});
