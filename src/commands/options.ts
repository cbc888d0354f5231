import { type Command, Option } from 'commander';
import { IDENTITIES, RHYTHMS } from '../config/schema-load.js';

/** Adds the options that say what to load and how; the same for `run`, `preflight` and `demo`. */
export function addLoadOptions(command: Command): Command {
  return command
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
    .option('--interval <seconds>', 'between two samples')
    .option('--strict', 'warnings and what could not be checked count against the verdict');
}

/** Adds the options that name the target and its configuration file. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'YAML or JSON; a websocket_test_config.json of the guide is fine as it is')
    .option('-H, --target <url>', 'ws:// or wss:// origin of the target')
    .addOption(new Option('--host <url>', 'the same under the name that Locust gives it').hideHelp());
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
