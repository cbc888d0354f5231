import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireProgram } from '../../src/commands/external/tool.js';
import { externalLoad } from '../../src/commands/external.js';
import { UsageError } from '../../src/errors.js';
import { driveContext } from '../helpers/drive-context.js';
import { hasEnded } from '../helpers/has-ended.js';
import { until } from '../helpers/until.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'loadwitness-external-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** A load tool made of a few lines of JavaScript. */
const tool = (script: string): string[] => [process.execPath, '-e', script];

const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

describe('externalLoad', () => {
  it('marks the window of the load around the command, and tells how it ended', async () => {
    const { ctx, events } = driveContext();
    expect(await externalLoad(tool('process.exitCode = 3'), { cwd }).run(ctx)).toBe('completed');
    expect(types(events)).toEqual(['external.start', 'load.start', 'load.end', 'external.end', 'sampler.error']);
    expect(events[1]).toEqual({ type: 'load.start' });
    expect(events[2]).toEqual({ type: 'load.end', reason: 'completed' });
    expect(events[3]).toEqual({ type: 'external.end', exitCode: 3 });
    expect(events[4]).toMatchObject({ sampler: 'external', message: expect.stringContaining('the figures of node are not known here') });
  });

  it('tells the signal that ended the command', async () => {
    const { ctx, events } = driveContext();
    await externalLoad(tool("process.kill(process.pid, 'SIGKILL')"), { cwd }).run(ctx);
    expect(events).toContainEqual({ type: 'external.end', signal: 'SIGKILL' });
  });

  it('says what the tool writes on a terminal line by line, without codes: the live view stands below it', async () => {
    const { ctx, lines } = driveContext();
    const script = String.raw`console.log('o\x07\x1b[32mne\x1b[0m'); console.error('둘'); process.stdout.write('last')`;
    await externalLoad(tool(script), { cwd }).run(ctx);
    expect(lines.toSorted()).toEqual(['last', 'o\\x07ne', '둘']);
  });

  it('takes over the figures that a tool leaves', async () => {
    const { ctx, events } = driveContext();
    // What tells the tool is its name; the program is another.
    const stats = 'Type,Name,Request Count,Failure Count,50%\\nWSS,ws_connect,5,1,12\\n';
    const script = `require('node:fs').writeFileSync('own_stats.csv', '${stats}')`;
    await externalLoad([...tool(script), 'locust', '--csv', 'own'], { cwd }).run(ctx);
    const rows = [{ name: 'ws_connect', requests: 5, failures: 1, percentiles: { '0.5': 12 }, errors: {} }];
    expect(events.at(-1)).toEqual({ type: 'external.summary', tool: 'locust', files: ['own_stats.csv'], rows });
  });

  it('writes no secret of the command down', async () => {
    const { ctx, events } = driveContext();
    await externalLoad([...tool(''), '--', '--password', 'hunter2', 'wss://h?token=t0ken'], { cwd }).run(ctx);
    expect(JSON.stringify(events)).not.toMatch(/hunter2|t0ken/);
    expect(events[0]).toMatchObject({
      tool: 'node',
      command: [process.execPath, '-e', '', '--', '--password', '<redacted>', 'wss://h?token=<redacted>'],
    });
  });

  it('passes a stop on as SIGINT, once, and waits for the end', async () => {
    const { ctx, events, stop } = driveContext();
    const file = join(cwd, 'stopped');
    const script = `const fs = require('node:fs'); let n = 0;
      process.on('SIGINT', () => { n++; setTimeout(() => { fs.writeFileSync('stopped', String(n)); process.exit(7); }, 200); });
      fs.writeFileSync('ready', ''); setInterval(() => {}, 1000);`;
    const reason = externalLoad(tool(script), { cwd }).run(ctx);
    await until('the tool is ready', () => existsSync(join(cwd, 'ready')));
    stop();
    expect(await reason).toBe('stopped');
    expect(readFileSync(file, 'utf8')).toBe('1');
    expect(events).toContainEqual({ type: 'load.end', reason: 'stopped' });
    expect(events).toContainEqual({ type: 'external.end', exitCode: 7 });
  });

  it('ends a tool that does not listen', async () => {
    const { ctx, events, stop } = driveContext();
    const script = `for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {});
      require('node:fs').writeFileSync('deaf', ''); setInterval(() => {}, 1000);`;
    const reason = externalLoad(tool(script), { cwd, graceMs: { interrupt: 50, terminate: 50 } }).run(ctx);
    await until('the tool is ready', () => existsSync(join(cwd, 'deaf')));
    stop();
    expect(await reason).toBe('stopped');
    expect(events).toContainEqual({ type: 'external.end', signal: 'SIGKILL' });
  });

  it('ends what the command leaves running', async () => {
    const { ctx } = driveContext();
    await externalLoad(['sh', '-c', 'sleep 1000 & echo $! > left'], { cwd }).run(ctx);
    const pid = Number(readFileSync(join(cwd, 'left'), 'utf8'));
    expect(pid).toBeGreaterThan(0);
    await until('the rest has ended', () => hasEnded(pid));
  });

  it('starts nothing when the run is over already', async () => {
    const { ctx, events, stop } = driveContext();
    stop();
    expect(await externalLoad(tool(''), { cwd }).run(ctx)).toBe('stopped');
    expect(events).toEqual([]);
  });

  it('refuses a command that cannot be started', async () => {
    const { ctx, events } = driveContext();
    const start = externalLoad(['locsut', '-f', 'a.py'], { cwd }).run(ctx);
    await expect(start).rejects.toThrow(UsageError);
    await expect(start).rejects.toThrow(/the command after -- cannot be started: "locsut": .*ENOENT/);
    expect(events).toEqual([]);
  });
});

describe('requireProgram', () => {
  it('finds programs on the PATH and by their path', async () => {
    await requireProgram(['sh'], { cwd, env: { PATH: '/nowhere:/bin' } });
    await requireProgram([process.execPath], { cwd, env: {} });
    writeFileSync(join(cwd, 'own.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await requireProgram(['./own.sh'], { cwd, env: {} });
  });

  it.each([
    [['locsut'], /cannot be started: "locsut": there is no such program on the PATH/],
    [['./none.sh'], /"\.\/none\.sh": there is no such program, or it may not be run/],
    [[''], /cannot be started: ""/],
  ])('refuses %j', async (command, message) => {
    await expect(requireProgram(command, { cwd, env: { PATH: '/bin' } })).rejects.toThrow(message);
  });
});

const LOCUST = `
from locust import HttpUser, task, constant
class Visitor(HttpUser):
    wait_time = constant(0.1)
    @task(3)
    def good(self): self.client.get('/good')
    @task
    def bad(self): self.client.get('/bad')
`;

const hasLocust = spawnSync('locust', ['--version']).status === 0;
if (!hasLocust) process.stderr.write('SKIPPED, since there is no Locust here: its load beside ours\n');

describe.skipIf(!hasLocust)('a real Locust', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === '/good' ? 200 : 500;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(cwd, 'locustfile.py'), LOCUST);
  });
  afterAll(() => server.close());

  it('is run to its end, and its figures are taken over', async () => {
    const { ctx, events } = driveContext();
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const command = ['locust', '-f', 'locustfile.py', '--headless', '-u', '2', '-r', '2', '-t', '5s', '--host', host, '--csv', 'real'];
    expect(await externalLoad(command, { cwd }).run(ctx)).toBe('completed');
    // It ends with 1 when any request failed.
    expect(events).toContainEqual({ type: 'external.end', exitCode: 1 });
    const summary = events.find((event) => event.type === 'external.summary');
    expect(summary).toMatchObject({ tool: 'locust', files: ['real_stats.csv', 'real_failures.csv'] });
    const rows = summary?.type === 'external.summary' ? summary.rows : [];
    expect(rows.map(({ name }) => name)).toEqual(['/bad', '/good', 'Aggregated']);
    const [bad, good, sum] = rows;
    expect(bad?.requests).toBeGreaterThan(0);
    expect(bad?.failures).toBe(bad?.requests);
    expect(Object.values(bad?.errors ?? {})).toEqual([bad?.failures]);
    expect(good?.failures).toBe(0);
    expect(good?.percentiles['0.95']).toBeGreaterThanOrEqual(0);
    expect(sum?.requests).toBe((bad?.requests ?? 0) + (good?.requests ?? 0));
  }, 60_000);
});
