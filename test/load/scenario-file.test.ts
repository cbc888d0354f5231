import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, ExitCode } from '../../src/errors.js';
import { loadScenarioFile } from '../../src/load/scenario-file.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness scenario '));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = { target: 'ws://127.0.0.1:1', tasks: {}, env: { NAME: 'from the environment' } };

const SCENARIO = `{
  name: 'own',
  createState: () => ({}),
  connect: () => ({ url: 'ws://127.0.0.1:1' }),
  tasks: [{ name: 'ask', weight: 1, timeoutMs: 10, message: () => ({}), isReply: () => true }],
}`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function errorOf(file: string): Promise<ConfigError> {
  const error: unknown = await loadScenarioFile(file, OPTIONS).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error;
  throw error ?? new Error('accepted');
}

describe('loadScenarioFile', () => {
  it.each<[string, string, string]>([
    ['the default export of an ES module', 'default.mjs', `export default ${SCENARIO};`],
    ['its export "scenario", rather than the default', 'named.mjs', `export const scenario = ${SCENARIO}; export default 5;`],
    ['a function', 'function.mjs', `export default () => (${SCENARIO});`],
    ['a function that takes its time', 'async.mjs', `export async function scenario() { return ${SCENARIO}; }`],
    ['module.exports', 'exports.cjs', `module.exports = ${SCENARIO};`],
    ['exports.scenario', 'named.cjs', `exports.scenario = () => (${SCENARIO});`],
    ['TypeScript', 'typed.ts', `import type { Scenario } from 'loadwitness';\nexport const scenario: Scenario = ${SCENARIO};`],
  ])('takes %s', async (_, name, text) => {
    expect(await loadScenarioFile(write(name, text), OPTIONS)).toMatchObject({ name: 'own', tasks: [{ name: 'ask' }] });
  });

  it('gives a function the target, the configured tasks and the environment', async () => {
    const file = write(
      'options.mjs',
      `export default ({ target, tasks, env }) => ({ ...${SCENARIO}, name: [target, tasks.ask.weight, env.NAME].join(' ') });`,
    );
    const { name } = await loadScenarioFile(file, { ...OPTIONS, tasks: { ask: { weight: 7 } } });
    expect(name).toBe('ws://127.0.0.1:1 7 from the environment');
  });

  it.each<[string, string, string, RegExp]>([
    [
      'an import of what is not there',
      'import.mjs',
      "import 'no-such-package';",
      /\(file\): cannot be loaded: Cannot find package 'no-such-package'/,
    ],
    ['what it throws', 'throws.mjs', 'throw new Error("no luck");', /\(file\): cannot be loaded: no luck/],
    [
      'no export',
      'none.mjs',
      'const scenario = 5;',
      /\(exports\): must be a scenario or a function that makes one, as "scenario" or as the default/,
    ],
    ['no export of CommonJS', 'none.cjs', 'const scenario = 5;', /\(exports\): must be a scenario/],
    [
      'a function that throws',
      'making.mjs',
      'export default () => { throw new Error("no key"); };',
      /\(exports\): the function that makes the scenario throws: no key/,
    ],
    [
      'what is no scenario',
      'wrong.mjs',
      `export default { ...${SCENARIO}, connect: 5, first: 'x' };`,
      /connect: must be a function, is 5\n {2}first: must name one/,
    ],
  ])('tells %s, with the file', async (_, name, text, message) => {
    const file = write(name, text);
    const error = await errorOf(file);
    expect(error.message).toContain(`the scenario ${file} cannot be used`);
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('tells a file that is not there', async () => {
    expect((await errorOf(join(folder, 'nowhere.js'))).issues).toEqual([
      { path: '(file)', message: expect.stringContaining('cannot be read: ENOENT') },
    ]);
  });
});
