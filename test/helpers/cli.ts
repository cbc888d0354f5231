import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** The built command-line tool at work. */
export interface Cli {
  process: ChildProcess;
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

const started: Cli[] = [];

/** Ends whatever a failed test has left running. */
export async function endAll(): Promise<void> {
  for (const { process: child, ended } of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await ended;
  }
}

/** Starts the built tool as a user does. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Cli {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const cli: Cli = {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
  };
  started.push(cli);
  return cli;
}

/** Runs the built tool to its end. */
export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cli = startCli(args, env);
  return { code: await cli.ended, stdout: cli.stdout(), stderr: cli.stderr() };
}
