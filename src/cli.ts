#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { Redactor } from './bundle/redact.js';
import { type AccountsCheckOptions, type AccountsOptions, checkAccounts, createAccounts } from './commands/accounts.js';
import { type BundleOptions, bundle } from './commands/bundle.js';
import { COMPARISON_REPORTS, type CompareOptions, compareRuns } from './commands/compare.js';
import { type DemoOptions, demo } from './commands/demo.js';
import { exitCodeOfSignal } from './commands/exit-code.js';
import { runBeside } from './commands/external.js';
import { finalize } from './commands/finalize.js';
import type { Io } from './commands/io.js';
import { createKeyboard } from './commands/keyboard.js';
import { languageOption } from './commands/language.js';
import { addRelaxOptions, type RelaxOptions, type RestoreOptions, relaxNginxCommand, restoreNginxCommand } from './commands/nginx.js';
import {
  addAccountOptions,
  addChecklistOptions,
  addEvidenceOptions,
  addLoadOptions,
  addOutputOptions,
  addPartsOptions,
  addPreflightOptions,
  addReportOptions,
  addSamplingOptions,
  addTargetOptions,
  addUiOption,
} from './commands/options.js';
import { type PreflightOptions, preflight } from './commands/preflight.js';
import { type ReportOptions, report } from './commands/report.js';
import { type RunOptions, run } from './commands/run.js';
import { createScreen } from './commands/screen.js';
import { type UiOptions, ui } from './commands/ui.js';
import { type VerifyOptions, verify } from './commands/verify.js';
import { VERSION } from './commands/version.js';
import { type WatchOptions, watch } from './commands/watch.js';
import { ExitCode, KnownError, messageOf, UsageError } from './errors.js';

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
  // Whoever read what a run says may go: the run goes on.
  process.stderr.on('error', () => {});
  return {
    out: (text) => void process.stdout.write(text),
    ...createScreen(process.stderr),
    keys: isTerminal ? createKeyboard(process.stdin, () => onSignal('SIGINT')) : () => () => {},
    env: process.env,
    isTerminal,
    outIsTerminal: process.stdout.isTTY === true,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    signal: stop.signal,
  };
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

addUiOption(addOutputOptions(addChecklistOptions(addPartsOptions(addLoadOptions(addTargetOptions(program.command('run')))))))
  .description('pre-flight, load, samples on one time axis, verdict')
  .usage('[options] [-- <command...>]')
  .argument('[command...]', 'after --: a load tool that is run in place of our own load, e.g. -- locust -f test.py --headless --csv out')
  .option('--repeat <n>', 'makes the run so many times and compares them')
  .option('--pause <time>', 'between two runs of --repeat: 30, 90s, 2m')
  .option('--relax-nginx', 'switches ip_hash and the rate limits of nginx off for the time of the run')
  .option('--no-preflight', 'skips the checklist')
  .action(
    ends(async (command: string[], options: RunOptions) => {
      const isBeside = process.argv.includes('--');
      if (!isBeside && command.length > 0) {
        throw new UsageError(
          `"${command[0]}" is no option of run; the command of another load tool goes after --: run [options] -- <command>`,
        );
      }
      if (isBeside && command.length === 0) throw new UsageError('there is no command after --');
      return isBeside ? await runBeside(command, options, io) : await run(options, io);
    }),
  );

addOutputOptions(addChecklistOptions(addPartsOptions(addSamplingOptions(addTargetOptions(program.command('watch'))))))
  .description('samples and judges the target while its load comes from elsewhere')
  .requiredOption('--for <time>', 'how long: 300, 90s, 25m, 1h30m')
  .option('--scenario <module>', 'what the users do: its criteria hold, and its names')
  .option('--no-preflight', 'skips the checklist')
  .action(ends((options: WatchOptions) => watch(options, io)));

addPreflightOptions(addEvidenceOptions(addPartsOptions(addLoadOptions(addTargetOptions(program.command('preflight'))))))
  .description('the checklist alone')
  .action(ends((options: PreflightOptions) => preflight(options, io)));

addEvidenceOptions(program.command('ui'))
  .description('serves a page on which runs are started, followed and looked at again, until Ctrl-C')
  .option('-c, --config <file>', 'the configuration of every run that is started')
  .option('--listen <address>', 'where: <host>:<port>; others than this machine need a token', '127.0.0.1:8090')
  .option('--token <token>', 'what a browser has to know; better in LOADWITNESS_UI_TOKEN, since others can see a command line')
  .addOption(new Option('--attached', 'shows the run that started it').hideHelp())
  .action(ends((options: UiOptions) => ui(options, io)));

addReportOptions(program.command('report'))
  .description('makes the reports of a finished or broken-off run again from its journal')
  .addOption(languageOption())
  .argument('<run-folder>')
  .action(ends((folder: string, options: ReportOptions) => report(folder, options, io)));

addReportOptions(program.command('compare'), COMPARISON_REPORTS)
  .description('puts finished runs beside each other: what differs, and what of it is noise')
  .argument('<run-folder...>')
  .addOption(languageOption())
  .action(ends((folders: string[], options: CompareOptions) => compareRuns(folders, options, io)));

program
  .command('finalize')
  .description('adds to a finished run what CloudWatch told late, and judges it again')
  .argument('<run-folder>')
  .action(ends((folder: string) => finalize(folder, io)));

program
  .command('bundle')
  .description('packs a run as one file that can be handed over: without secrets, with digests of everything in it')
  .argument('<run-folder>')
  .option('--out <file>', 'where it goes; left out: beside the folder of the run, as <run-id>.tar.gz')
  .option('--max-size <size>', 'the middle of logs is cut out where it would be larger', '200MB')
  .option('-c, --config <file>', 'the configuration of the run: what it knows to be secret is searched for once more')
  .action(ends((folder: string, options: BundleOptions) => bundle(folder, options, io)));

program
  .command('verify')
  .description('recomputes every digest of a run or a bundle and judges it again from its journal')
  .argument('<bundle|run-folder>')
  .option('--sha256 <digest>', "the bundle's, as somebody told it who can be trusted")
  .action(ends((path: string, options: VerifyOptions) => verify(path, options, io)));

const accounts = program.command('accounts').description("the target's accounts that users log in with");

addAccountOptions(addTargetOptions(accounts.command('create')))
  .description('makes those that are missing: the test accounts of the configuration, or as many of its own as there are users')
  .action(ends((options: AccountsOptions) => createAccounts(options, io)));

addAccountOptions(addTargetOptions(accounts.command('check')))
  .description('logs some in and tells which could not')
  .option('--sample <n>', 'how many of them, spread over all', '20')
  .option('--all', 'every one')
  .action(ends((options: AccountsCheckOptions) => checkAccounts(options, io)));

const nginx = program.command('nginx').description("the target's nginx for the time of a test");

addRelaxOptions(addTargetOptions(nginx.command('relax')))
  .description('switches ip_hash and rate limits off, keeps the original, and reloads nginx')
  .action(ends((options: RelaxOptions) => relaxNginxCommand(options, io)));

addTargetOptions(nginx.command('restore'))
  .description('puts the original back, byte for byte: that of every nginx that was left relaxed, or of the one that is configured')
  .action(ends((options: RestoreOptions) => restoreNginxCommand(options, io)));

addUiOption(addOutputOptions(addChecklistOptions(addLoadOptions(program.command('demo')))))
  .description('the whole night on a target of three replicas with real Redis and nginx, brought up here')
  .option(
    '--fault <name>',
    'breaks the target in a known way; can be repeated',
    (fault: string, faults: string[]) => [...faults, fault],
    [],
  )
  .option('--docker', 'the target in containers, of the official images, under the names of the guide')
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
  // What went wrong may quote what was asked for.
  const redactor = new Redactor();
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.pass : ExitCode.usage;
  if (error instanceof KnownError) {
    io.say(redactor.redactCertain(error.message));
    return error.exitCode;
  }
  if (io.signal.aborted) return exitCodeOfSignal(io.signal.reason);
  io.say(redactor.redactCertain(error instanceof Error && error.stack ? error.stack : messageOf(error)));
  return ExitCode.internal;
}
