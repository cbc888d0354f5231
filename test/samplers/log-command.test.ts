import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { commandLogSource } from '../../src/samplers/log-command.js';
import type { LogLine, LogSource } from '../../src/samplers/log-contract.js';
import { until } from '../helpers/until.js';

const { signal } = new AbortController();

let source: LogSource | undefined;
afterEach(async () => {
  await source?.close();
  source = undefined;
});

async function following(...command: string[]) {
  const lines: LogLine[] = [];
  const gaps: string[] = [];
  const started = commandLogSource(command, { line: (line) => void lines.push(line) });
  source = started;
  await started.start(signal);
  return { lines, gaps, catchUp: () => started.catchUp({ gap: (message) => void gaps.push(message), note: () => undefined }, signal) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Only asks whether it is there.
    return false;
  }
}

const node = (script: string) => [process.execPath, '-e', script];

describe('commandLogSource', () => {
  it('gives what a command writes to both streams, without a shell in between', async () => {
    const script = `console.log('하나 $HOME; ' + process.argv[1]); console.error('둘\\r'); setTimeout(() => {}, 1e6)`;
    const { lines, gaps, catchUp } = await following(...node(script), '$(whoami)');
    await until('both lines', async () => (await catchUp()) && lines.length === 2);
    expect(lines).toContainEqual({ text: '하나 $HOME; $(whoami)', stream: 'stdout' });
    expect(lines).toContainEqual({ text: '둘', stream: 'stderr' });
    expect(gaps).toEqual([]);
  });

  it('ends the command by its id, with those that it started', async () => {
    const child = `setInterval(() => {}, 1000)`;
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); console.log(process.pid + ' ' + c.pid); setInterval(() => {}, 1000)`;
    const { lines } = await following(...node(script));
    await until('its ids', () => lines.length === 1);
    const pids = (lines[0]?.text ?? '').split(' ').map(Number);
    expect(pids.filter(isAlive)).toHaveLength(2);
    await source?.close();
    await until('their end', () => pids.every((pid) => !isAlive(pid)));
  });

  it('starts a command again that has ended, and says that lines may be missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-command-'));
    try {
      const script = `
        const { existsSync } = require('fs'); console.log('line');
        if (existsSync(process.argv[1])) setTimeout(() => {}, 1e6); else { console.error('lost the host'); process.exitCode = 3; }`;
      const mended = path.join(folder, 'mended');
      const { lines, gaps, catchUp } = await following(...node(script), mended);
      const message = await until('its end', () => catchUp().then(() => undefined, String));
      expect(message).toMatch(/ended \(exit code 3; its last words on stderr: lost the host\): lines may be missing/);
      await writeFile(mended, '');
      // Each start writes one line more than it has last words, but the lasting one, which has none.
      const starts = () => lines.filter(({ stream }) => stream === 'stdout').length;
      await until('a start that lasts', async () => {
        const isRunning = await catchUp().catch(() => false);
        return isRunning && starts() === lines.filter(({ stream }) => stream === 'stderr').length + 1;
      });
      expect(starts()).toBeGreaterThanOrEqual(2);
      for (const gap of gaps) expect(gap).toMatch('lines may be missing');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says so when there is no such program', async () => {
    const { catchUp } = await following('/nowhere/to/be/found');
    expect(await until('the reason', () => catchUp().then(() => undefined, String))).toMatch('ENOENT');
  });
});
