#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { type AccountsCheckOptions, type AccountsOptions, checkAccounts, createAccounts } from './commands/accounts.js';
import { type DemoOptions, demo } from './commands/demo.js';
import { exitCodeOfSignal } from './commands/exit-code.js';
import type { Io } from './commands/io.js';
import { addAccountOptions, addEvidenceOptions, addLoadOptions, addTargetOptions } from './commands/options.js';
import { preflight } from './commands/preflight.js';
import { report } from './commands/report.js';
import { type RunOptions, run } from './commands/run.js';
import { VERSION } from './commands/version.js';
import { ExitCode, KnownError, messageOf } from './errors.js';

function createIo(): Io {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    // The second one is for people who do not want to wait. What the demo started ends with this process.
    if (stop.signal.aborted) process.exit(exitCodeOfSignal(signal));
    stop.abort(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const isTerminal = process.stderr.isTTY === true;
  let replaces = false;
  const say = (line: string): void => {
    process.stderr.write(`${replaces ? '\n' : ''}${line}\n`);
    replaces = false;
  };
  return {
    out: (text) => void process.stdout.write(text),
    say,
    progress(line) {
      if (!isTerminal) return say(line);
      process.stderr.write(`\r\x1b[K${line}`);
      replaces = true;
    },
    keys: (listener) => (isTerminal ? readKeys(listener, () => onSignal('SIGINT')) : () => {}),
    env: process.env,
    isTerminal,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    signal: stop.signal,
  };
}

/** Reads the keyboard key by key. Ctrl-C is a key then and no signal. */
function readKeys(listener: (key: string) => void, onInterrupt: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  const onData = (text: string): void => {
    for (const key of text) {
      if (key === '\u0003') onInterrupt();
      else listener(key);
    }
  };
  stdin.setRawMode(true).setEncoding('utf8').on('data', onData).resume();
  return () => void stdin.off('data', onData).setRawMode(false).pause();
}

const io = createIo();
let exitCode: ExitCode = ExitCode.pass;
const ends =
  <A extends unknown[]>(command: (...args: A) => Promise<ExitCode>) =>
  async (...args: A): Promise<void> => {
    exitCode = await command(...args);
  };

const program = new Command('loadwitness')
  .description('Proves with evidence that a horizontally scaled WebSocket service carries its load.')
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)');

addEvidenceOptions(addLoadOptions(addTargetOptions(program.command('run'))))
  .description('pre-flight, load, samples on one time axis, verdict')
  .option('--no-preflight', 'skips the checklist')
  .action(ends((options: RunOptions) => run(options, io)));

addLoadOptions(addTargetOptions(program.command('preflight')))
  .description('the checklist alone')
  .action(ends((options: RunOptions) => preflight(options, io)));

program
  .command('report')
  .description('makes the reports of a finished or broken-off run again from its journal')
  .argument('<run-folder>')
  .action(ends((folder: string) => report(folder, io)));

const accounts = program.command('accounts').description("the target's accounts that users log in with");

addAccountOptions(addTargetOptions(accounts.command('create')))
  .description('makes those that are missing: the test accounts of the configuration, or as many of its own as there are users')
  .action(ends((options: AccountsOptions) => createAccounts(options, io)));

addAccountOptions(addTargetOptions(accounts.command('check')))
  .description('logs some in and tells which could not')
  .option('--sample <n>', 'how many of them, spread over all', '20')
  .option('--all', 'every one')
  .action(ends((options: AccountsCheckOptions) => checkAccounts(options, io)));

addEvidenceOptions(addLoadOptions(program.command('demo')))
  .description('the whole night on a target of three replicas with real Redis and nginx, brought up here')
  .option(
    '--fault <name>',
    'breaks the target in a known way; can be repeated',
    (fault: string, faults: string[]) => [...faults, fault],
    [],
  )
  .option('--no-install', 'stops where redis-server or nginx is missing')
  .option('--no-preflight', 'skips the checklist')
  .option('--serve', 'only brings the target up, until Ctrl-C')
  .action(ends((options: DemoOptions) => demo(options, io)));

try {
  await program.parseAsync();
} catch (error) {
  exitCode = explain(error);
}
process.exit(exitCode);

/** Says what went wrong, once, and finds its exit code. */
function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.pass : ExitCode.usage;
  if (error instanceof KnownError) {
    io.say(error.message);
    return error.exitCode;
  }
  if (io.signal.aborted) return exitCodeOfSignal(io.signal.reason);
  io.say(error instanceof Error && error.stack ? error.stack : messageOf(error));
  return ExitCode.internal;
}
