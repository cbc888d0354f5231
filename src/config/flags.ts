import { resolve } from 'node:path';
import type { ConfigIssue } from '../errors.js';
import type { Stage } from '../journal/event.js';
import { expandAddress, MAX_ADDRESSES } from './cidr.js';
import { KINDMAP } from './config.js';
import { MAX_SECONDS, parseDuration } from './duration.js';
import { show } from './issues.js';
import type { ConfigLayer } from './layer.js';
import { parseStages } from './plan.js';
import { KINDMAP_SMALL_STAGES, KINDMAP_STAGES } from './profiles/kindmap.js';
import { INSTANCE_RULE, isInstanceId } from './schema-cloudwatch.js';
import { DOCKER_HOST_RULE, isDockerHost } from './schema-docker.js';
import { IDENTITIES, MAX_SEED, MAX_WORKERS, namesScenario, RHYTHMS, SCENARIO_RULE, tooMany, WORKERS_RULE } from './schema-load.js';
import { parseTarget } from './target.js';

/** The flags of `run`, `preflight` and `demo` that change the configuration, as they were typed. */
export interface Flags {
  /** ws, wss, http or https URL without a path. */
  target?: string | undefined;
  /** With `runTime` (and `spawnRate`, 1 when left out) one stage instead of the file's. */
  users?: string | undefined;
  spawnRate?: string | undefined;
  /** `300`, `300s`, `20m`, `3h`, `1h30m10s`. */
  runTime?: string | undefined;
  /** `full`: the guide's six stages; `small`: its 100 users for 5 minutes. */
  preset?: string | undefined;
  /** `20@5:10s,60@5:60s`: users @ rate : time since the start at which the stage ends. */
  stages?: string | undefined;
  /** Multiplies the deadlines of the plan, whichever it is, and divides its rates. */
  timeScale?: string | undefined;
  /** `kindmap`, or the path of a module. */
  scenario?: string | undefined;
  identity?: string | undefined;
  /** `closed` or `paced`. */
  rhythm?: string | undefined;
  /** Path of a PEM file with the authorities to trust. */
  ca?: string | undefined;
  insecure?: boolean | undefined;
  /** A whole number. */
  seed?: string | undefined;
  /** A whole number or `auto`. */
  workers?: string | undefined;
  /** Turns the abort rule on: as the file has it, else with the defaults. */
  abort?: boolean | undefined;
  /** Comma-separated addresses of this machine, and ranges such as `127.0.1.0/28`. */
  sourceAddresses?: string | undefined;
  /** Time between two samples. */
  interval?: string | undefined;
  strict?: boolean | undefined;
  /** Folder with checks of the project's own. */
  checks?: string | undefined;
  /** The target may be a production system. */
  yes?: boolean | undefined;
  /** `3-5` or `3`, in seconds. */
  thinkTime?: string | undefined;
  /** `true`: the Docker Engine of this machine; a text: the one of this host. */
  docker?: string | boolean | undefined;
  /** Name of the backends' containers, `*` for any characters. */
  dockerBackends?: string | undefined;
  /** `false`: no canaries are sent. */
  canary?: boolean | undefined;
  /** How long late datapoints of CloudWatch are waited for. */
  settle?: string | undefined;
  /** Id of the target's EC2 instance. */
  instance?: string | undefined;
}

/** What the flags say. */
export interface ReadFlags {
  layer: ConfigLayer;
  timeScale: number;
  issues: ConfigIssue[];
}

/** Reads the flags; mistakes are issues whose path is the flag's name. */
export function readFlags(flags: Flags): ReadFlags {
  const issues: ConfigIssue[] = [];
  const report = (path: string, message: string) => void issues.push({ path, message });
  const layer: ConfigLayer = {
    target: read(flags.target, '--target', report, originOf),
    stages: planOf(flags, report),
    scenario: read(flags.scenario, '--scenario', report, scenarioOf),
    identity: read(flags.identity, '--identity', report, oneOf(IDENTITIES)),
    rhythm: read(flags.rhythm, '--rhythm', report, oneOf(RHYTHMS)),
    tls: { caFile: flags.ca === undefined ? undefined : resolve(flags.ca), insecure: flags.insecure },
    seed: read(flags.seed, '--seed', report, seedOf),
    workers: read(flags.workers, '--workers', report, workersOf),
    sourceAddresses: read(flags.sourceAddresses, '--source-addresses', report, addressesOf),
    thinkTimeSeconds: read(flags.thinkTime, '--think-time', report, thinkTimeOf),
    monitoring: { intervalSeconds: read(flags.interval, '--interval', report, intervalOf) },
    docker: dockerOf(flags, report),
    cloudwatch: cloudwatchOf(flags, report),
    canary: flags.canary === false ? null : undefined,
    checksFolder: flags.checks === undefined ? undefined : resolve(flags.checks),
    yes: flags.yes,
    strict: flags.strict,
  };
  const timeScale = read(flags.timeScale, '--time-scale', report, scaleOf) ?? 1;
  return { layer, timeScale, issues };
}

function dockerOf({ docker, dockerBackends }: Flags, report: Report): ConfigLayer['docker'] {
  if ((docker === undefined || docker === false) && dockerBackends === undefined) return undefined;
  const isHost = (text: string): Parsed<string> =>
    isDockerHost(text) ? { ok: true, value: text } : wrong(`${DOCKER_HOST_RULE}, is ${show(text)}`);
  const isName = (text: string): Parsed<string> =>
    text === '' ? wrong('must be the name of containers, e.g. "app-*"') : { ok: true, value: text };
  const name = read(dockerBackends, '--docker-backends', report, isName);
  return { host: typeof docker === 'string' ? read(docker, '--docker', report, isHost) : undefined, backends: name ? { name } : undefined };
}

function cloudwatchOf({ settle, instance }: Flags, report: Report): ConfigLayer['cloudwatch'] {
  if (settle === undefined && instance === undefined) return undefined;
  const isInstance = (text: string): Parsed<string> =>
    isInstanceId(text) ? { ok: true, value: text } : wrong(`${INSTANCE_RULE}, is "${text}"`);
  return {
    settleSeconds: read(settle, '--settle', report, settleOf),
    instanceId: read(instance, '--instance', report, isInstance),
  };
}

function settleOf(text: string): Parsed<number> {
  const value = parseDuration(text);
  return value !== undefined && value <= MAX_SECONDS ? { ok: true, value } : wrong(`must be a time such as 0, 30s or 5m, is "${text}"`);
}

type Report = (path: string, message: string) => void;
type Parsed<T> = { ok: true; value: T } | { ok: false; message: string };

function read<T>(text: string | undefined, flag: string, report: Report, parse: (text: string) => Parsed<T>): T | undefined {
  if (text === undefined) return undefined;
  const parsed = parse(text);
  if (parsed.ok) return parsed.value;
  report(flag, parsed.message);
  return undefined;
}

function wrong(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

function originOf(text: string): Parsed<string> {
  const parsed = parseTarget(text);
  return parsed.ok ? { ok: true, value: parsed.origin } : parsed;
}

function scenarioOf(text: string): Parsed<string> {
  if (text === KINDMAP) return { ok: true, value: KINDMAP };
  return namesScenario(text) ? { ok: true, value: resolve(text) } : wrong(`${SCENARIO_RULE}, is "${text}"`);
}

function oneOf<const T extends string>(choices: readonly T[]): (text: string) => Parsed<T> {
  return (text) => {
    const value = choices.find((one) => one === text);
    return value === undefined ? wrong(`must be one of ${choices.join(', ')}, is "${text}"`) : { ok: true, value };
  };
}

function seedOf(text: string): Parsed<number> {
  return /^\d+$/.test(text) && Number(text) <= MAX_SEED
    ? { ok: true, value: Number(text) }
    : wrong(`must be a whole number between 0 and ${MAX_SEED}, is "${text}"`);
}

function workersOf(text: string): Parsed<number> {
  if (text === 'auto') return { ok: true, value: 0 };
  return /^\d+$/.test(text) && Number(text) <= MAX_WORKERS
    ? { ok: true, value: Number(text) }
    : wrong(`must be ${WORKERS_RULE}, is "${text}"`);
}

function addressesOf(text: string): Parsed<string[]> {
  const all: string[] = [];
  for (const entry of text.split(',').map((one) => one.trim())) {
    const expanded = expandAddress(entry);
    if (!expanded.ok) return wrong(`"${entry}" ${expanded.message}`);
    all.push(...expanded.addresses);
  }
  return all.length <= MAX_ADDRESSES ? { ok: true, value: all } : wrong(tooMany(all.length));
}

function thinkTimeOf(text: string): Parsed<[number, number]> {
  const match = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text.trim().replace(/s$/, ''));
  const least = Number(match?.[1]);
  const greatest = Number(match?.[2] ?? match?.[1]);
  return match !== null && least <= greatest && greatest <= MAX_SECONDS
    ? { ok: true, value: [least, greatest] }
    : wrong(`must be seconds such as 3-5 or 3, the first no greater than the second, is "${text}"`);
}

function intervalOf(text: string): Parsed<number> {
  const value = parseDuration(text);
  return value !== undefined && value >= 0.1 && value <= MAX_SECONDS
    ? { ok: true, value }
    : wrong(`must be a time of at least 0.1 seconds such as 2 or 2s, is "${text}"`);
}

function positiveNumber(text: string): Parsed<number> {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? { ok: true, value } : wrong(`must be a positive number, is "${text}"`);
}

/** Far smaller ones would start everybody at once, and at last at an infinite rate. */
const LEAST_SCALE = 0.001;

function scaleOf(text: string): Parsed<number> {
  const parsed = positiveNumber(text);
  return parsed.ok && parsed.value < LEAST_SCALE ? wrong(`must be at least ${LEAST_SCALE}, is "${text}"`) : parsed;
}

function userCount(text: string): Parsed<number> {
  const value = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= 1
    ? { ok: true, value }
    : wrong(`must be a whole number of 1 or more, is "${text}"`);
}

function runTimeOf(text: string): Parsed<number> {
  const value = parseDuration(text);
  return value !== undefined && value > 0 && value <= MAX_SECONDS
    ? { ok: true, value }
    : wrong(`must be a time such as 300, 300s, 20m or 1h30m10s, is "${text}"`);
}

/** The plan that the flags give in place of the file's: Locust's three flags, `--stages` or `--preset`, of which only one may be there. */
function planOf(flags: Flags, report: Report): Stage[] | undefined {
  const locust = [
    ['--users', flags.users],
    ['--spawn-rate', flags.spawnRate],
    ['--run-time', flags.runTime],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const preset = read(flags.preset, '--preset', report, presetOf);
  const stages = read(flags.stages, '--stages', report, (text) => {
    const parsed = parseStages(text);
    return parsed.ok ? { ok: true, value: parsed.stages } : parsed;
  });
  if (flags.preset !== undefined && flags.stages !== undefined)
    report('--preset', 'cannot be given together with --stages: each is a whole plan');
  const plan = flags.stages !== undefined ? '--stages' : flags.preset !== undefined ? '--preset' : undefined;
  if (plan !== undefined && locust.length > 0) {
    report(plan, `cannot be given together with ${locust.join(', ')}: each is a whole plan`);
    return undefined;
  }
  return preset ?? stages ?? (locust.length > 0 ? singleStage(flags, report) : undefined);
}

function presetOf(text: string): Parsed<Stage[]> {
  if (text === 'full') return { ok: true, value: KINDMAP_STAGES };
  if (text === 'small') return { ok: true, value: KINDMAP_SMALL_STAGES };
  return wrong(`must be full or small, is "${text}"`);
}

/** Unlike Locust, which then runs until it is stopped, a plan must have users and an end: otherwise nothing could be judged. */
function singleStage(flags: Flags, report: Report): Stage[] | undefined {
  const users = read(flags.users, '--users', report, userCount);
  const spawnRate = read(flags.spawnRate ?? '1', '--spawn-rate', report, positiveNumber);
  const untilSeconds = read(flags.runTime, '--run-time', report, runTimeOf);
  const given = flags.runTime === undefined ? '--spawn-rate' : '--run-time';
  if (flags.users === undefined) report(given, 'needs --users as well, e.g. --users 100 --spawn-rate 2 --run-time 5m');
  else if (flags.runTime === undefined)
    report('--users', 'needs --run-time as well, e.g. --run-time 5m: a run without an end cannot be judged');
  if (users === undefined || spawnRate === undefined || untilSeconds === undefined) return undefined;
  return [{ name: `${users} users`, users, spawnRate, untilSeconds }];
}
