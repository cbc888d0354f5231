import { type Command, Option } from 'commander';
import type { Flags } from '../config/load.js';
import { IDENTITIES, RHYTHMS } from '../config/schema-load.js';
import { CHECKLIST_REPORTS } from './checklist-reports.js';
import { languageOption } from './language.js';
import { type ReportKinds, reportHelp } from './report-files.js';
import { RUN_REPORTS } from './run-reports.js';

/** Adds the options that say what to load and how; the same for `run`, `preflight` and `demo`. */
export function addLoadOptions(command: Command): Command {
  return addSamplingOptions(command)
    .option('-u, --users <n>', 'users in place of the stages, as with Locust')
    .option('-r, --spawn-rate <n>', 'users started a second, with --users')
    .option('-t, --run-time <time>', 'how long, with --users: 300, 90s, 25m, 1h30m')
    .addOption(new Option('--preset <plan>', "the guide's plans: 1,000 users for 25 minutes, or 100 for 5").choices(['full', 'small']))
    .option('--stages <plan>', 'own stages, <users>@<rate>:<until>, e.g. 20@5:10s,60@5:60s')
    .option('--time-scale <factor>', 'shortens the plan: 0.1 is ten times as fast')
    .option('--think-time <seconds>', 'between two tasks of a user, e.g. 3-5')
    .option('--scenario <module>', 'what the users do: kindmap, or a .js or .ts module that exports a scenario')
    .addOption(new Option('--rhythm <kind>', 'think time from the reply, or from one task to the next').choices([...RHYTHMS]))
    .addOption(new Option('--identity <kind>', 'who the users are').choices([...IDENTITIES]))
    .option('--source-addresses <list>', 'local addresses or ranges (127.0.1.0/28) to connect from, dealt round robin')
    .option('--ca <file>', 'trusts the authorities in this PEM file in place of the well-known ones')
    .option('--insecure', 'takes any certificate of a wss:// target')
    .option('--seed <n>', 'makes the choices of all users repeatable')
    .option('--workers <n>', 'threads that send the load; auto: as many as help')
    .option('--abort', 'ends the run when a criterion fails: after 30 s, judged over 60 s, unless the file says otherwise')
    .option('--no-canary', 'publishes no messages on Redis to prove that they cross from backend to backend');
}

/** Adds the options that say how to look and to judge, whatever there is to look at. */
export function addSamplingOptions(command: Command): Command {
  return command
    .option('--interval <seconds>', 'between two samples')
    .option('--strict', 'warnings and what could not be checked count against the verdict');
}

/** Adds the options that say where the parts of a real target are; `demo` knows its own. */
export function addPartsOptions(command: Command): Command {
  return command
    .option('--docker [host]', "looks for the target's containers in Docker: DOCKER_HOST's, or this host's (ssh://user@host)")
    .option('--docker-backends <name>', "the backends' containers, * for any characters: my-app-*")
    .option('--instance <id>', "the target's EC2 instance, for CloudWatch")
    .option('--settle <time>', 'how long to wait after the load for what CloudWatch tells late: 0, 90s, 5m');
}

/** Names of the options that shape our own load, as they are typed and as they are read. */
const OWN_LOAD = {
  users: '--users',
  spawnRate: '--spawn-rate',
  runTime: '--run-time',
  preset: '--preset',
  stages: '--stages',
  timeScale: '--time-scale',
  thinkTime: '--think-time',
  rhythm: '--rhythm',
  seed: '--seed',
  workers: '--workers',
  abort: '--abort',
} as const;

/** Those of the options that have a meaning only for our own load. */
export function ownLoadOptions(options: Flags): string[] {
  return Object.entries(OWN_LOAD).flatMap(([key, name]) => (options[key as keyof typeof OWN_LOAD] === undefined ? [] : [name]));
}

/** Adds the options that name the target and its configuration file. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'YAML or JSON; a websocket_test_config.json of the guide is fine as it is')
    .option('-H, --target <url>', 'ws:// or wss:// origin of the target')
    .addOption(new Option('--host <url>', 'the same under the name that Locust gives it').hideHelp());
}

/** Collects what is typed after an option that can be repeated. */
const each = (text: string, all: string[]): string[] => [...all, text];

/** Adds the option that writes the result in other formats: a run's, or those that there are of something else. */
export function addReportOptions(command: Command, kinds: ReportKinds<never> = RUN_REPORTS): Command {
  return command.option('--report <kind=file>', reportHelp(kinds), each, []);
}

/** Adds the options of everything that a run leaves behind, and that shows it to others while it lasts. */
export function addOutputOptions(command: Command): Command {
  return addReportOptions(addEvidenceOptions(command))
    .option(
      '--metrics <[host:]port>',
      'serves what is measured for Prometheus while the run lasts, e.g. :9464; on 127.0.0.1 unless a host is given',
    )
    .option('--otlp [url]', 'sends it by OTLP/HTTP; left out: to OTEL_EXPORTER_OTLP_ENDPOINT')
    .addOption(languageOption());
}

/** Adds the option that shows a run on a page while it lasts. */
export function addUiOption(command: Command): Command {
  return command.option('--ui [address]', 'serves a live page of the run, on which it can be changed and stopped: on 127.0.0.1:8090');
}

/** Adds the options that hold wherever a checklist is run. */
export function addChecklistOptions(command: Command): Command {
  return command
    .option('--checks <folder>', "runs a project's own checks after ours: each .js or .ts file in it exports one")
    .option('--yes', 'the target may be a production system: load it all the same');
}

/** Adds the options of the checklist alone. */
export function addPreflightOptions(command: Command): Command {
  return addReportOptions(addChecklistOptions(command), CHECKLIST_REPORTS)
    .option('--only <ids>', 'runs these checks, and those that they come after; can be repeated', each, [])
    .option('--skip <ids>', 'leaves these checks out; can be repeated', each, [])
    .option('--list [format]', 'tells what there is to check and runs nothing; json: as JSON');
}

/** Adds the options that say which accounts are meant. */
export function addAccountOptions(command: Command): Command {
  return command
    .option(
      '-u, --users <n>',
      "registered accounts, as many; left out: the configuration's test accounts or, without any, as many as the plan has users",
    )
    .option('--ca <file>', 'trusts the authorities in this PEM file in place of the well-known ones')
    .option('--insecure', 'takes any certificate of a https:// target');
}

/** Adds the options that say where the evidence goes. */
export function addEvidenceOptions(command: Command): Command {
  return command.option('--out <folder>', 'where the folder of the run is made', 'evidence');
}
