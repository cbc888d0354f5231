import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { builtEntry } from '../../src/demo/entry.js';
import { parseFault } from '../../src/demo/fault.js';
import { startStack } from '../../src/demo/stack.js';
import { KnownError, UsageError } from '../../src/errors.js';
import { descendants, isRunning } from '../helpers/processes.js';
import { until } from '../helpers/until.js';

const environment = { ...process.env };
const folders: string[] = [];

afterEach(async () => {
  process.env = { ...environment };
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** Stacks started from now on have their folders in here. */
async function ownTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loadwitness-test-'));
  folders.push(folder);
  process.env.TMPDIR = folder;
  return folder;
}

const SCRIPT = `
  import { startStack } from ${JSON.stringify(pathToFileURL(builtEntry('stack.js')).href)};
  const stack = await startStack({ install: false, replicas: 2, onProgress() {} });
  process.stdout.write(stack.folder + '\\n');
  setInterval(() => {}, 1000);
`;

/** A tool that has a stack up, as a process of its own. */
async function tool(): Promise<{ pid: number; folder: string; processes: number[] }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const folder = (await until('the stack', () => /^(.+)\n/.exec(out)?.[1])) as string;
  const pid = child.pid ?? 0;
  return { pid, folder, processes: await descendants(pid) };
}

async function allGone(processes: readonly number[]): Promise<boolean> {
  return !(await Promise.all(processes.map(isRunning))).includes(true);
}

describe('the stack', () => {
  it('goes with the tool that started it when that is killed', async () => {
    const { pid, folder, processes } = await tool();
    // Supervisor, Redis, two backends, nginx and its worker.
    expect(processes).toHaveLength(6);
    process.kill(pid, 'SIGKILL');
    await until('no process left', () => allGone([pid, ...processes]));
    await until('no folder left', () => !existsSync(folder));
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('goes when its supervisor gets %s, and the tool is left alone', async (signal) => {
    const { pid, folder, processes } = await tool();
    process.kill(processes[0] ?? 0, signal);
    await until('no process left', () => allGone(processes));
    expect(existsSync(folder)).toBe(false);
    expect(await isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
    // The next test looks at all descendants of this process.
    await until('the end of the tool', async () => !(await descendants(process.pid)).includes(pid));
  });

  it('tells with the end of the log why something did not start, and leaves nothing behind', async () => {
    const temporary = await ownTemporaryFolder();
    const programs = await mkdtemp(join(tmpdir(), 'loadwitness-test-'));
    folders.push(programs);
    await writeFile(join(programs, 'nginx'), '#!/bin/sh\necho "nginx: [emerg] this one never starts" >&2\nexit 3\n');
    await chmod(join(programs, 'nginx'), 0o755);
    process.env.PATH = `${programs}:${environment.PATH}`;
    const before = await descendants(process.pid);
    const error = await startStack({ install: false, onProgress: () => undefined }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KnownError);
    expect((error as Error).message).toBe(
      'nginx ended while it started (exit code 3); its log ends in:\n  nginx: [emerg] this one never starts',
    );
    expect(await descendants(process.pid)).toEqual(before);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('gives up starting when it is told to, and leaves nothing behind', async () => {
    const temporary = await ownTemporaryFolder();
    const giveUp = new AbortController();
    const before = await descendants(process.pid);
    const onProgress = (line: string): void => {
      if (line.includes('backends')) giveUp.abort(new Error('enough'));
    };
    await expect(startStack({ install: false, onProgress, signal: giveUp.signal })).rejects.toThrow('enough');
    expect(await descendants(process.pid)).toEqual(before);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('refuses replicas and faults that cannot be', async () => {
    const options = { install: false, onProgress: () => undefined };
    await expect(startStack({ ...options, replicas: 0 })).rejects.toThrow(UsageError);
    await expect(startStack({ ...options, faults: [parseFault('crash@1#4')] })).rejects.toThrow(
      '--fault crash@1#4: there are only 3 replicas',
    );
  });
});
