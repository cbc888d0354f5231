import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checks as ours } from '../../checks/index.js';
import { checklistOf } from '../../src/commands/project-checks.js';
import { ConfigError } from '../../src/errors.js';
import type { Check } from '../../src/preflight/check.js';
import { runPreflight } from '../../src/preflight/runner.js';
import { checkContext } from '../helpers/check-context.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-checks-'));
});
afterEach(() => rm(folder, { recursive: true }));

const body = (id: string, rest = ''): string =>
  `{ id: '${id}', title: 'T', why: 'W', needs: [], ${rest} run: async () => ({ status: 'pass', observed: 'own' }) }`;

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** Those of the folder. */
async function load(files: Record<string, string>): Promise<readonly Check[]> {
  await write(files);
  return (await checklistOf({ checksFolder: folder })).slice(ours.length);
}

async function issuesOf(files: Record<string, string>): Promise<{ text: string; paths: string[] }> {
  const error = await load(files).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError but ${String(error)}`);
  return { text: error.message, paths: error.issues.map(({ path }) => path) };
}

describe("a project's own checks", () => {
  it('are none without a folder', async () => {
    expect(await checklistOf({})).toBe(ours);
  });

  it('come after ours, in the order of their names: JavaScript of both kinds and TypeScript, and nothing else', async () => {
    await mkdir(join(folder, 'shared.js'));
    const checks = await load({
      'c.ts': `const check: { id: string } & object = ${body('c', "after: ['a', 'target-reachable'],")};\nexport default check;`,
      'b.mjs': `export default ${body('b')};`,
      'a.cjs': `module.exports = ${body('a')};`,
      'd.cjs': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = ${body('d')};`,
      'types.d.ts': 'export type A = string;',
      'notes.md': '# no check',
      '.hidden.js': 'throw new Error("read")',
    });
    expect(checks.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    const { results } = await runPreflight({ checks: checks.filter(({ id }) => id !== 'c'), ctx: checkContext(), emit: () => {} });
    expect(results.map(({ status, observed }) => `${status} ${observed}`)).toEqual(['pass own', 'pass own', 'pass own']);
  });

  it('may be instances of a class', async () => {
    const [check] = await load({
      'a.mjs': `class Own { id = 'a'; title = 'T'; why = 'W'; needs = []; async run() { return { status: 'warn', observed: this.title }; } }
        export default new Own();`,
    });
    const { results } = await runPreflight({ checks: check ? [check] : [], ctx: checkContext(), emit: () => {} });
    expect(results[0]).toMatchObject({ status: 'warn', observed: 'T' });
  });

  it('are an error where they throw', async () => {
    const checks = await load({
      'a.mjs': `export default { id: 'a', title: 'T', why: 'W', needs: [], run() { throw new Error('no such host'); } };`,
    });
    const { results, passed } = await runPreflight({ checks, ctx: checkContext(), emit: () => {} });
    expect(results[0]).toMatchObject({ status: 'error', observed: 'could not be evaluated: no such host' });
    expect(passed).toBe(true);
  });

  it.each<[string, string, RegExp, string[]]>([
    ['exports nothing', 'export const check = 1;', /must be a check: an object/, ['(default export)']],
    ['exports a function', 'export default () => {};', /must be a check: an object/, ['(default export)']],
    ['lacks fields', "export default { id: 'a' };", /title: must be a text/, ['title', 'why', 'needs', 'run']],
    [
      'needs what there is not',
      `export default ${body('a', "needs: ['postgres'],").replace('needs: [], ', '')};`,
      /needs\[0\]: must be one of target/,
      ['needs[0]'],
    ],
    ['needs no list', `export default { ...${body('a')}, needs: 'redis' };`, /needs: must be a list/, ['needs']],
    ['has a wrong deadline', `export default ${body('a', 'deadlineMs: -1,')};`, /deadlineMs: must be a positive number/, ['deadlineMs']],
    ['has another id than its file', `export default ${body('b')};`, /id: must be the file's name, "a", is "b"/, ['id']],
    [
      'comes after one that there is not',
      `export default ${body('a', "after: ['target-reachable', 'z'],")};`,
      /after\[1\]: "z": no check before/,
      ['after[1]'],
    ],
    ['is apart from itself', `export default ${body('a', "apart: ['a'],")};`, /apart: must name other checks/, ['apart']],
    ['throws when it is loaded', 'throw new Error("broken inside");', /\(file\): cannot be loaded: broken inside/, ['(file)']],
  ])('are refused by file and field where one %s', async (_, text, message, paths) => {
    const issues = await issuesOf({ 'a.mjs': text });
    expect(issues.text).toContain(`the check ${join(folder, 'a.mjs')} cannot be used:`);
    expect(issues.text).toMatch(message);
    expect(issues.paths).toEqual(paths);
  });

  it('are refused where one has the id of ours, or of another', async () => {
    expect((await issuesOf({ 'target-reachable.mjs': `export default ${body('target-reachable')};` })).text).toMatch(
      /id: "target-reachable" is another check already/,
    );
    expect((await issuesOf({ 'a.js': `export default ${body('a')};`, 'a.mjs': `export default ${body('a')};` })).text).toMatch(
      /a\.mjs cannot be used:\n {2}id: "a" is another check already/,
    );
  });

  it('are refused where the folder is not there, or holds none', async () => {
    expect((await issuesOf({ 'notes.md': '' })).text).toMatch(/--checks: holds no check/);
    await expect(checklistOf({ checksFolder: join(folder, 'nowhere') })).rejects.toThrow(
      /nowhere cannot be used:\n {2}--checks: cannot be read: ENOENT/,
    );
  });
});
