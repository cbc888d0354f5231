import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/pubsub-enabled.js';
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
    'passes when every backend is on, or has the variable from the file %j alone',
    async (text) => {
      expect(await run(text, 'on', 'unset')).toMatchObject({ status: 'pass' });
    },
  );

  it('fails when a backend is off, whatever the file says', async () => {
    const result = await run(`${NAME}=true`, 'on', 'off');
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining(`/proc/${children.off.pid}/environ`) });
    expect(result.remedy).toMatch(/^set REDIS_PUBSUB_ENABLED=true and make off anew, .*: start off again \(now:/);
    expect(result.observed).toMatch(/^on: true; off: False; .*\.env: true$/);
  });

  it('judges what runs, and only tells of the file', async () => {
    expect(await run(`${NAME}=false`, 'on')).toMatchObject({ status: 'pass', observed: expect.stringMatching(/^on: true; .*: false$/) });
  });

  it.each([['OTHER=1'], [`${NAME}=false`], [undefined]])('warns when no backend has it and the file is %j', async (text) => {
    expect(await run(text, 'unset')).toMatchObject({ status: 'warn', observed: expect.stringMatching(/^unset: not set/) });
  });

  it('does not pass when a backend cannot be read', async () => {
    const backends = [{ name: 'gone', pid: 2 ** 22 + 1 }];
    expect(await check.run(checkContext({ backends }))).toMatchObject({
      status: 'error',
      observed: expect.stringContaining('there is no process'),
    });
    const two = [...backends, { name: 'on', pid: children.on.pid }];
    expect(await check.run(checkContext({ backends: two }))).toMatchObject({ status: 'warn' });
  });

  it('never passes by the file alone', async () => {
    expect(await run(undefined)).toMatchObject({ status: 'skip', observed: expect.stringContaining('nowhere to look') });
    expect(await run(`${NAME}=true`)).toMatchObject({ status: 'skip', observed: expect.stringContaining('.env: true; what runs cannot') });
    expect(await run(`${NAME}=0`)).toMatchObject({ status: 'warn', remedy: expect.stringContaining(`set ${NAME}=true in`) });
  });

  it.each([
    ['true', 'pass'],
    ['YES', 'pass'],
    [' 1 ', 'pass'],
    ['', 'fail'],
    ['0', 'fail'],
    ['off', 'fail'],
    ['enabled', 'fail'],
  ])('takes %j for what the backend takes it for: %s', (value, status) => {
    expect(judge([{ name: 'a', value, command: 'show' }], undefined, 'again')).toMatchObject({ status });
  });
});
