import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check from '../../checks/nginx-upstream-method.js';
import { checkContext } from '../helpers/check-context.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-upstream-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(directive: string) {
  const config = join(folder, 'kindmap_api.conf');
  await writeFile(config, `upstream fastapi_backend { ${directive} server fastapi:8001; } server { listen 80; }`);
  return await check.run(checkContext({ nginx: { config } }));
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
      remedy: expect.stringMatching(
        /infrastructure\.nginx\.method: least_conn; else mend .*kindmap_api\.conf and reload: nginx -t && nginx -s reload$/,
      ),
    });
    expect(await run('')).toMatchObject({ status: 'fail', observed: expect.stringContaining('round_robin') });
  });

  it('names the upstreams that there are', async () => {
    const config = join(folder, 'other.conf');
    await writeFile(config, 'upstream api { server a:1; }');
    expect(await check.run(checkContext({ nginx: { config } }))).toMatchObject({
      status: 'fail',
      observed: `no upstream fastapi_backend in ${config}; there are: api`,
    });
  });

  it('is skipped without a configuration to read, and rejects for one that cannot be read', async () => {
    expect(await check.run(checkContext({ nginx: { statusUrl: 'http://127.0.0.1/status' } }))).toMatchObject({ status: 'skip' });
    await expect(check.run(checkContext({ nginx: { config: join(folder, 'nowhere.conf') } }))).rejects.toThrow(/ENOENT/);
  });
});
