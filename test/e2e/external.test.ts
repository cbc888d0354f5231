import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { hasEnded } from '../helpers/has-ended.js';
import { until } from '../helpers/until.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-beside-'));
});
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

const TARGET = ['--target', 'ws://127.0.0.1:1', '--no-preflight', '--interval', '0.5'];

describe('run -- <command>', () => {
  it('watches another tool at work, and keeps its output out of stdout', async () => {
    const out = join(folder, 'tool');
    const script = "console.log('the tool speaks'); setTimeout(() => process.exit(2), 1500)";
    const args = ['run', ...TARGET, '--out', out, '--', process.execPath, '-e', script, '--', '--users', '5', '--token', 'hunter-two'];
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain('the tool speaks');
    expect(stdout).not.toContain('the tool speaks');
    // Nothing was skipped, and nothing of the load is known: that is no pass.
    expect([1, 3]).toContain(code);
    const evidence = Evidence.only(out);
    const [start] = evidence.of('run.start');
    expect(start).toMatchObject({ mode: 'external', stages: [] });
    expect(start).not.toHaveProperty('canary');
    const [begin, end] = [evidence.of('load.start')[0], evidence.of('load.end')[0]];
    expect((end?.t ?? 0) - (begin?.t ?? 0)).toBeGreaterThan(1400);
    expect(evidence.of('external.end')).toMatchObject([{ exitCode: 2 }]);
    expect(evidence.of('sample').some(({ t }) => begin !== undefined && end !== undefined && t > begin.t && t < end.t)).toBe(true);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'completed' }]);
    expect(JSON.stringify(evidence.events) + stderr).not.toContain('hunter-two');
  });

  it('passes Ctrl-C on, and finishes the evidence', async () => {
    const out = join(folder, 'stopped');
    const ready = join(folder, 'ready');
    const script = `process.on('SIGINT', () => process.exit(9)); require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''); setInterval(() => {}, 1000)`;
    const cli = startCli(['run', ...TARGET, '--out', out, '--', process.execPath, '-e', script]);
    await until('the tool is ready', () => existsSync(ready));
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(130);
    const evidence = Evidence.only(out);
    expect(evidence.of('external.end')).toMatchObject([{ exitCode: 9 }]);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'signal', signal: 'SIGINT' }]);
  });

  it('ends the tool with itself when it is told twice', async () => {
    const file = join(folder, 'deaf');
    const script = `process.on('SIGINT', () => {}); require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const cli = startCli(['run', ...TARGET, '--out', join(folder, 'twice'), '--', process.execPath, '-e', script]);
    const pid = await until('the tool is ready', () => existsSync(file) && Number(readFileSync(file, 'utf8')));
    cli.process.kill('SIGINT');
    await until('it is asked to stop', () => cli.stderr().includes('stopping'));
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(130);
    await until('the tool has ended', () => hasEnded(pid));
  });

  it.each([
    ['a program that is not there', ['--', 'locsut', '-f', 'a.py'], /after -- cannot be started: "locsut"/],
    ['no program', ['--'], /there is no command after --/],
    ['a command without --', ['locust'], /"locust" is no option of run; .* goes after --/],
    ['a plan of our own', ['--users', '5', '--run-time', '5s', '--', 'true'], /^--users shapes our own load/m],
  ])('refuses %s with exit 2, before anything is done', async (_, args, message) => {
    const out = join(folder, 'refused');
    const { code, stderr, stdout } = await runCli(['run', ...TARGET, '--out', out, ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(out)).toBe(false);
  });
});

describe('watch', () => {
  it('samples for as long as was asked for', async () => {
    const out = join(folder, 'watch');
    const { code } = await runCli(['watch', ...TARGET, '--out', out, '--for', '2s']);
    expect([1, 3]).toContain(code);
    const evidence = Evidence.only(out);
    expect(evidence.of('run.start')).toMatchObject([{ mode: 'watch' }]);
    expect(evidence.of('load.end')).toMatchObject([{ reason: 'completed' }]);
    expect(evidence.of('sample').length).toBeGreaterThan(1);
  });

  it.each([
    ['no time', [], /--for <time>/],
    ['a time that is none', ['--for', 'long'], /--for: must be a time such as 300, 90s, 25m or 1h30m, is "long"/],
  ])('refuses %s with exit 2', async (_, args, message) => {
    const { code, stderr } = await runCli(['watch', ...TARGET, ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
