import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/env-file-agrees.js';
import { readEnvironment } from '../../src/clients/proc.js';
import { checkContext } from '../helpers/check-context.js';
import { type Child, startChild } from '../helpers/child.js';
import { until } from '../helpers/until.js';

const ENABLED = 'REDIS_PUBSUB_ENABLED';
const CHANNEL = 'REDIS_PUBSUB_CHANNEL';
let child: Child;
let folder: string;

beforeAll(async () => {
  child = startChild('sleep', ['600'], { ...process.env, [ENABLED]: 'True', [CHANNEL]: 'kindmap_events', SECRET: 'hunter2' });
  folder = await mkdtemp(join(tmpdir(), 'loadwitness env-'));
  await until('the environment', async () => (await readEnvironment(child.pid))[ENABLED] === 'True');
});
afterAll(async () => {
  await child.end();
  await rm(folder, { recursive: true });
});

async function run(text?: string) {
  const envFile = join(folder, '.env');
  if (text !== undefined) await writeFile(envFile, text);
  return await check.run(checkContext({ envFile, backends: [{ name: 'app', pid: child.pid }] }));
}

describe('env-file-agrees', () => {
  it.each([[`${ENABLED}=1\n${CHANNEL}=kindmap_events\n`], [`${ENABLED}="true"`], ['OTHER=1'], ['']])(
    'passes with the file %j',
    async (text) => {
      expect(await run(text)).toMatchObject({ status: 'pass' });
    },
  );

  it.each([[`A=1\n${ENABLED}=false\nSECRET=other\n`], [`export ${ENABLED}='off'\n`], [`${ENABLED}=true\n${CHANNEL}=other\n`]])(
    'fails with the file %j, until its remedy is applied',
    async (text) => {
      const result = await run(text);
      expect(result).toMatchObject({ status: 'fail' });
      expect(JSON.stringify(result)).not.toMatch(/SECRET|hunter2/);
      const command = result.remedy?.slice(result.remedy.indexOf('sed ')) ?? '';
      await promisify(execFile)('sh', ['-c', command]);
      expect(await run()).toMatchObject({ status: 'pass' });
    },
  );

  it('is an error without the file', async () => {
    const missing = checkContext({ envFile: join(folder, 'nothing'), backends: [{ name: 'app', pid: child.pid }] });
    expect(await check.run(missing)).toMatchObject({ status: 'error', observed: expect.stringContaining('ENOENT') });
  });

  it('is skipped where there is no file, or nothing to compare it with', async () => {
    expect(await check.run(checkContext())).toMatchObject({ status: 'skip', observed: expect.stringContaining('infrastructure.env_file') });
    expect(await check.run(checkContext({ envFile: join(folder, '.env') }))).toMatchObject({ status: 'skip' });
  });

  it('warns of a container that is older than a line of the file', () => {
    const sides = { path: '.env', file: { [ENABLED]: 'true' }, backends: [{ name: 'app', isContainer: true, values: {} }] };
    expect(judge(sides, 'docker compose up')).toMatchObject({ status: 'warn', remedy: expect.stringContaining('docker compose up') });
    const asProcess = { ...sides, backends: [{ name: 'app', isContainer: false, values: {} }] };
    expect(judge(asProcess, 'again')).toMatchObject({ status: 'pass' });
  });
});
