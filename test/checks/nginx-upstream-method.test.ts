import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check from '../../checks/nginx-upstream-method.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-upstream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SPREAD = ['127.0.1.1', '127.0.2.1', '127.0.3.1'];

async function run(directive: string, layer: ConfigLayer = {}) {
  const config = join(folder, 'kindmap_api.conf');
  await writeFile(config, `upstream fastapi_backend { ${directive} server fastapi:8001; } server { listen 80; }`);
  return await check.run(checkContext({ nginx: { config }, sourceAddresses: SPREAD, ...layer }));
}

describe('nginx-upstream-method', () => {
  it('passes when the method is the expected one', async () => {
    expect(await run('ip_hash;')).toMatchObject({
      status: 'pass',
      observed: 'fastapi_backend balances with ip_hash over 1 server: fastapi:8001',
      expected: 'upstream fastapi_backend with ip_hash',
    });
  });

  it('fails on another method, and says how to mean it', async () => {
    expect(await run('least_conn;')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('infrastructure.nginx.method: least_conn'),
    });
    expect(await run('')).toMatchObject({ status: 'fail', observed: expect.stringContaining('round_robin') });
  });

  it.each<[string[], string]>([
    [[], 'one address'],
    [['127.0.1.1', '127.0.1.2', '127.0.1.3'], '1 network'],
    [['127.0.1.1', '127.0.2.1'], '2 networks'],
  ])('warns when ip_hash cannot spread the load of %j', async (sourceAddresses, from) => {
    expect(await run('ip_hash;', { sourceAddresses })).toMatchObject({
      status: 'warn',
      observed: expect.stringMatching(new RegExp(`the load comes from ${from}$`)),
    });
  });

  it('names the upstreams that there are', async () => {
    const config = join(folder, 'other.conf');
    await writeFile(config, 'upstream api { server a:1; }');
    expect(await check.run(checkContext({ nginx: { config } }))).toMatchObject({
      status: 'fail',
      observed: 'no upstream fastapi_backend; there are: api',
    });
  });

  it('is skipped without a configuration to read, and rejects for one that cannot be read', async () => {
    expect(await check.run(checkContext({ nginx: { statusUrl: 'http://127.0.0.1/status' } }))).toMatchObject({ status: 'skip' });
    await expect(check.run(checkContext({ nginx: { config: join(folder, 'nowhere.conf') } }))).rejects.toThrow(/ENOENT/);
  });
});
