import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-input-'));
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const TARGET = ['--target', 'ws://127.0.0.1:1'];
const stages = (...ends: number[]) => ends.map((end) => `{name: s, duration_seconds: ${end}, target_users: 1, spawn_rate: 1}`).join(', ');

const scenario = (timeoutMs: number): string => `export const scenario = {
  name: 'own', createState() {}, connect: () => ({ url: 'ws://127.0.0.1:1' }),
  tasks: [{ name: 'ask', weight: 1, timeoutMs: ${timeoutMs}, message: () => ({}), isReply: () => true }],
};`;

/** Scenarios beside the configuration. */
const MODULES = { 'none.mjs': scenario(-1), 'syntax.mjs': 'export const scenario = {\n  name: = 5,\n};\n', 'fine.mjs': scenario(5) };

/** Each is one mistake: flags, the text of a configuration file or null for none, and what the message must name. */
const MISTAKES: [title: string, args: string[], config: string | null, message: RegExp][] = [
  ['an unknown key', [], 'target: ws://127.0.0.1:1\ntarged: x\n', /targed.*target/],
  [
    'an unknown key of a stage',
    TARGET,
    'load_pattern: {stages: [{name: a, duration_seconds: 1, target_users: 1, spawn_rate: 1, rate: 2}]}\n',
    /load_pattern\.stages\[0\]\.rate/,
  ],
  [
    'negative users in the file',
    TARGET,
    'load_pattern: {stages: [{name: a, duration_seconds: 1, target_users: -5, spawn_rate: 1}]}\n',
    /load_pattern\.stages\[0\]\.target_users.*-5/,
  ],
  ['negative users as a flag', [...TARGET, '--users', '-3', '--run-time', '5s'], null, /--users.*-3/],
  ['a target that is no URL', ['--target', 'kindmap'], null, /--target.*URL/],
  ['no target', [], null, /target/],
  [
    'a stage that goes back in time',
    TARGET,
    `load_pattern: {stages: [${stages(20, 10)}]}\n`,
    /load_pattern\.stages\[1\].*(run's start|before)/,
  ],
  ['broken YAML', TARGET, 'a: [1\nb: 2\n', /line 2/],
  ['a fault that does not exist', ['--fault', 'gremlins'], null, /listener-dies/],
  ['an unknown option', ['--uesrs', '3'], null, /--uesrs[\s\S]*--users/],
  ['stages that cannot be read', [...TARGET, '--stages', 'many'], null, /--stages/],
  ['two plans at once', [...TARGET, '--preset', 'small', '--users', '3', '--run-time', '5s'], null, /--users|--preset/],
  [
    'a scenario that is not there',
    [...TARGET, '--scenario', 'nowhere.js'],
    null,
    /the scenario \S*nowhere\.js[\s\S]*\(file\): cannot be read/,
  ],
  ['a scenario that is none', TARGET, 'scenario: ./none.mjs\n', /none\.mjs[\s\S]*tasks\[0\]\.timeoutMs: must be a positive number/],
  ['a scenario with a syntax error', TARGET, 'scenario: ./syntax.mjs\n', /syntax\.mjs[\s\S]*line 2: is no valid syntax/],
  ['a task that the scenario does not have', TARGET, 'scenario: ./fine.mjs\nmessage_types: {aks: {}}\n', /message_types\.aks.*"ask"/],
  ['a variable that is not set', [], 'target: $' + '{LOADWITNESS_NOT_SET}\n', /target.*LOADWITNESS_NOT_SET/],
];

describe('bad input', () => {
  it.each(MISTAKES)('%s: one clear message and exit 2', async (title, args, config, message) => {
    const file = join(folder, `${title}.yaml`);
    if (config !== null) writeFileSync(file, config);
    const command = args.includes('--fault') ? 'demo' : 'run';
    const { code, stderr, stdout } = await runCli([
      command,
      '--out',
      join(folder, 'out'),
      ...args,
      ...(config === null ? [] : ['--config', file]),
    ]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('names every mistake of a file at once', async () => {
    const file = join(folder, 'all.yaml');
    writeFileSync(
      file,
      `target: nonsense\nthink_time_seconds: [5, 3]\nload_pattern: {stages: [${stages(0)}]}\nmonitoring: {log_patterns: {a: "("}}\n`,
    );
    const { stderr } = await runCli(['run', '--config', file]);
    for (const path of ['target', 'think_time_seconds', 'load_pattern.stages[0].duration_seconds', 'monitoring.log_patterns.a'])
      expect(stderr).toContain(`${path}:`);
  });

  it.each([
    ['a file that is not there', ['run', '--config', 'nowhere.yaml'], /nowhere\.yaml/],
    ['a place that takes no folder', ['run', '--target', 'ws://127.0.0.1:1', '--out', '/proc/nowhere/evidence'], /--out: cannot make/],
    ['a file where the folder would be', ['run', '--target', 'ws://127.0.0.1:1', '--out', 'package.json'], /--out: cannot make/],
    ['a folder that is no run', ['report', '.'], /not the folder of a run/],
    ['no command', [], /Usage/],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, stderr } = await runCli(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
