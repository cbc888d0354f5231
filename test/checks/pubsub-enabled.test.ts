import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check from '../../checks/pubsub-enabled.js';
import { readEnvironment } from '../../src/clients/proc.js';
import type { Backend } from '../../src/config/config.js';
import { checkContext } from '../helpers/check-context.js';
import { type Child, startChild } from '../helpers/child.js';
import { until } from '../helpers/until.js';

const NAME = 'REDIS_PUBSUB_ENABLED';
const children: Record<'on' | 'off' | 'unset', Child> = {
  on: startChild('sleep', ['600'], { ...process.env, [NAME]: 'true' }),
  off: startChild('sleep', ['600'], { ...process.env, [NAME]: 'False' }),
  unset: startChild('sleep', ['600'], { PATH: process.env.PATH ?? '' }),
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-env-'));
  // Between fork and exec a child still shows the environment of this process.
  await until('the environments', async () => {
    const seen = await Promise.all([children.on, children.off].map(async ({ pid }) => (await readEnvironment(pid))[NAME]));
    return seen.join() === 'true,False';
  });
});
afterAll(async () => {
  await Promise.all(Object.values(children).map((child) => child.end()));
  await rm(folder, { recursive: true });
});

async function run(envText: string | undefined, ...backends: (keyof typeof children)[]) {
  const envFile = join(folder, '.env');
  if (envText !== undefined) await writeFile(envFile, envText);
  const named: Backend[] = backends.map((kind) => ({ name: kind, pid: children[kind].pid }));
  return await check.run(checkContext({ ...(envText === undefined ? {} : { envFile }), backends: named }));
}

describe('pubsub-enabled', () => {
  it.each([[`${NAME}=true`], [`# comment\nOTHER=1\nexport ${NAME} = "True"  # on\n`], [`${NAME}=false\n${NAME}=1\n`]])(
    'passes when the file %j and every backend say so',
    async (text) => {
      expect(await run(text, 'on', 'unset')).toMatchObject({ status: 'pass' });
    },
  );

  it.each([[`${NAME}=false`], [`${NAME}='0'`], [`${NAME}=`], [`#${NAME}=true\n${NAME}=off`]])('fails on the file %j', async (text) => {
    expect(await run(text)).toMatchObject({ status: 'fail', remedy: expect.stringContaining(`set ${NAME}=true`) });
  });

  it('fails when a backend was started with another value than the file has now', async () => {
    const result = await run(`${NAME}=true`, 'on', 'off');
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining(`/proc/${children.off.pid}/environ`) });
    expect(result.observed).toMatch(/: true; on: true; off: False$/);
  });

  it('warns when it is said nowhere', async () => {
    expect(await run('OTHER=1', 'unset')).toMatchObject({ status: 'warn', observed: expect.stringMatching(/: unset; unset: unset$/) });
  });

  it('does not pass when a backend cannot be read', async () => {
    const backends = [{ name: 'gone', pid: 2 ** 22 + 1 }];
    expect(await check.run(checkContext({ backends }))).toMatchObject({
      status: 'error',
      observed: expect.stringContaining('there is no process'),
    });
    await writeFile(join(folder, '.env'), `${NAME}=true`);
    expect(await check.run(checkContext({ envFile: join(folder, '.env'), backends }))).toMatchObject({ status: 'warn' });
  });

  it('is skipped where there is nowhere to look', async () => {
    expect(await run(undefined)).toMatchObject({ status: 'skip', observed: expect.stringContaining('infrastructure.env_file') });
  });
});
