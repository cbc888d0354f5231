import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../checks/index.js';
import { endAll, runCli } from '../helpers/cli.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/checks', import.meta.url));

/** Nothing listens there. */
const NOWHERE = ['--target', 'ws://127.0.0.1:1'];

const own = (id: string, run: string, rest = ''): string =>
  `export default { id: '${id}', title: 'Own ${id}', why: 'because', needs: [], ${rest} run: async (ctx) => ${run} };\n`;

let folder: string;
/** Checks of a project's own, by what they find. */
let found: Record<'pass' | 'fail' | 'error' | 'recommended' | 'yes', string>;
/** Answers everything over HTTP, and is no WebSocket server. */
const server = createServer((_, response) => response.writeHead(200).end('{"status":"healthy"}'));
let target: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-preflight-'));
  const inFolder = (name: string, text: string): string => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'own.mjs'), text);
    return join(folder, name);
  };
  found = {
    pass: inFolder('pass', own('own', "({ status: 'pass', observed: 'all <well> & good' })")),
    fail: inFolder('fail', own('own', "({ status: 'fail', observed: 'broken', remedy: 'mend it' })")),
    error: inFolder('error', own('own', 'ctx.nowhere.to.be.found')),
    recommended: inFolder('recommended', own('own', "({ status: 'fail', observed: 'odd' })", 'recommended: true,')),
    yes: inFolder('yes', own('own', "({ status: ctx.yes ? 'pass' : 'fail', observed: ctx.yes + ' ' + ctx.config.offPeak.timeZone })")),
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await endAll();
  server.close();
  rmSync(folder, { recursive: true });
});

/** The pre-flight of the project's own check alone, as JSON. */
async function preflightOf(kind: keyof typeof found, ...more: string[]) {
  const args = ['preflight', ...NOWHERE, '--checks', found[kind], '--only', 'own', '--report', 'json=-', ...more];
  const { code, stdout, stderr } = await runCli(args);
  return { code, stderr, json: JSON.parse(stdout) };
}

describe('preflight --list', () => {
  it('tells of every check, needs no target and asks nobody', async () => {
    const { code, stdout, stderr } = await runCli(['preflight', '--list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { id } of checks) expect(stdout).toContain(` ${id} `);
  });

  it('is JSON for programs, with the checks of the project, and what is chosen of them', async () => {
    const args = ['preflight', '--list', 'json', '--checks', EXAMPLES, '--only', 'health-page'];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    const ids = JSON.parse(stdout).map(({ id }: { id: string }) => id);
    expect(ids.slice(-2)).toEqual(['target-reachable', 'health-page']);
    expect(ids.length).toBeLessThan(checks.length);
    const without = await runCli([...args, '--skip', 'target-reachable']);
    const left = JSON.parse(without.stdout);
    // Nor what only that comes after.
    expect(left).toHaveLength(1);
    expect(left.at(-1)).toMatchObject({ id: 'health-page', needs: ['target'], after: ['target-reachable'], required: true });
  });

  it('takes the folder of checks from the file', async () => {
    const file = join(folder, 'list.yaml');
    writeFileSync(file, 'checks: ./pass\n');
    const { stdout } = await runCli(['preflight', '--list', 'json', '--config', file]);
    expect(JSON.parse(stdout).at(-1)).toMatchObject({ id: 'own', title: 'Own own' });
  });
});

describe('preflight --only and --skip', () => {
  it('runs what is named, and in one line says what runs with it', async () => {
    const { code, stderr, stdout } = await runCli(['preflight', '--target', target, '--checks', EXAMPLES, '--only', 'health-page']);
    expect(stderr).toMatch(/^note: also run, since others come after them: (.*, )?target-reachable$/m);
    expect(stderr).toMatch(/^✔ The health page says that all is well: GET .*HTTP 200/m);
    expect(stderr).not.toContain('accounts');
    expect(stdout).toMatch(/pass.*The health page/);
    expect(code).toBe(0);
  });

  it('reports what is skipped as that, and lets what comes after it run', async () => {
    const args = ['--only', 'health-page', '--skip', 'target-reachable', '--checks', EXAMPLES, '--report', 'json=-'];
    const { stdout } = await runCli(['preflight', ...NOWHERE, ...args]);
    const report = JSON.parse(stdout);
    expect(report.counts).toMatchObject({ skip: 1, error: 1 });
    expect(report.checks.slice(-2)).toMatchObject([
      { id: 'target-reachable', status: 'skip', observed: 'left out, as asked with --skip' },
      { id: 'health-page', status: 'error', observed: expect.stringContaining('could not be evaluated: fetch failed') },
    ]);
  });

  it.each([
    [['--only', 'target-reachabel'], '--only: no check is called "target-reachabel", did you mean "target-reachable"?'],
    [['--skip', 'target-reachable,postgres'], '--skip: no check is called "postgres"; preflight --list tells them all'],
    [['--only', 'target-reachable', '--skip', 'target-reachable'], 'target-reachable is named by --only and by --skip'],
    [['--report', 'xml=a.xml'], '--report: must be <kind>=<file> with one of json, junit, markdown, is "xml=a.xml"'],
    [['--list', 'junit'], '--list: must be json where it is anything, is "junit"'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await runCli(['preflight', ...NOWHERE, ...args]);
    expect({ code, stdout, stderr: stderr.trim() }).toEqual({ code: 2, stdout: '', stderr: message });
  });
});

describe('preflight --report', () => {
  it('writes every format at once, with the table still on stdout', async () => {
    const files = { json: join(folder, 'new/a.json'), junit: join(folder, 'new/a.xml'), markdown: join(folder, 'a.md') };
    const reports = Object.entries(files).flatMap(([format, file]) => ['--report', `${format}=${file}`]);
    const { code, stdout } = await runCli(['preflight', ...NOWHERE, '--checks', found.pass, '--only', 'own', ...reports]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/pass.*Own own.*all <well> & good/);
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toMatchObject({ passed: true, target: 'ws://127.0.0.1:1' });
    expect(readFileSync(files.junit, 'utf8')).toContain('<testcase classname="preflight.own" name="Own own"');
    expect(readFileSync(files.markdown, 'utf8')).toContain('| pass | Own own | all \\<well\\> & good |');
  });

  it.each([
    [[], /fail.*Own own.*broken.*mend it/],
    [['--report', 'json=-'], /"passed": false/],
    [['--report', 'junit=-'], /^<\?xml[\s\S]*<failure message="broken">[\s\S]*<\/testsuites>\n$/],
    [['--report', 'markdown=-'], /^# Pre-flight of ws:\/\/127\.0\.0\.1:1\n/],
  ])('with %j ends with the same code, and has one document on stdout', async (report, document) => {
    const { code, stdout } = await runCli(['preflight', ...NOWHERE, '--checks', found.fail, '--only', 'own', ...report]);
    expect(code).toBe(4);
    expect(stdout).toMatch(document);
  });

  it.each([
    ['pass', ['--strict'], 0],
    ['error', [], 0],
    ['error', ['--strict'], 4],
    ['recommended', [], 0],
    ['recommended', ['--strict'], 0],
  ] as const)('of %s with %j ends with %i', async (kind, flags, expected) => {
    const { code, json } = await preflightOf(kind, ...flags);
    expect(code).toBe(expected);
    expect(json).toMatchObject({ passed: expected === 0, strict: flags.length > 0 });
  });
});

describe('preflight --checks', () => {
  it('makes an error of a check that throws', async () => {
    const { json } = await preflightOf('error');
    expect(json.checks).toMatchObject([{ id: 'own', status: 'error', observed: expect.stringContaining('could not be evaluated') }]);
  });

  it('lets them know of --yes and of the off-peak hours', async () => {
    expect((await preflightOf('yes')).json.checks).toMatchObject([{ status: 'fail', observed: 'false Asia/Seoul' }]);
    expect((await preflightOf('yes', '--yes')).json.checks).toMatchObject([{ status: 'pass', observed: 'true Asia/Seoul' }]);
  });

  it('refuses a file with a mistake, with its line', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'own.mjs'), 'export default {\n  id: = 1,\n};\n');
    const { code, stderr } = await runCli(['preflight', ...NOWHERE, '--checks', broken]);
    expect(code).toBe(2);
    expect(stderr).toContain(`the check ${join(broken, 'own.mjs')} cannot be used:\n  line 2: is no valid syntax`);
  });

  it.each([
    ['run', []],
    ['watch', ['--for', '1s']],
  ])('holds for %s: nothing is sent where one fails', async (command, more) => {
    const out = join(folder, `out-${command}`);
    const args = [command, '--target', target, '--checks', found.fail, '--out', out, '--yes', ...more];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(4);
    expect(stderr).toContain('✘ Own own: broken');
    expect(existsSync(out)).toBe(true);
  });
});

describe('a pre-flight with nothing configured but --target', () => {
  it('runs the checks that need only that, and says of each other in one line what to configure', async () => {
    const { stdout, stderr } = await runCli(['preflight', '--target', target, '--report', 'json=-']);
    const results = JSON.parse(stdout).checks as { id: string; status: string; observed: string }[];
    expect(results.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
    for (const { id, needs, after = [] } of checks) {
      const result = results.find((one) => one.id === id);
      const lacks = needs.filter((need) => need !== 'target' && need !== 'load');
      if (lacks.length > 0) {
        expect(result, id).toMatchObject({ status: 'skip', observed: expect.stringMatching(/: set \S+|give --/) });
      } else if (result?.status === 'skip' && after.length === 0) {
        expect(result.observed, id).toMatch(/(set|give) \S+/);
      }
      expect(stderr).toContain(`${result?.observed}\n`);
    }
    expect(results.find(({ id }) => id === 'target-reachable')?.status).not.toBe('skip');
  });
});
