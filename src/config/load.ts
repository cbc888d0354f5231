import { resolve } from 'node:path';
import { ConfigError, type ConfigIssue } from '../errors.js';
import { commandSecrets } from './command-secrets.js';
import { type Config, KINDMAP, type TaskConfig } from './config.js';
import { draftIssues } from './draft-issues.js';
import { MAX_SECONDS } from './duration.js';
import { expandEnvironment } from './environment.js';
import { finish } from './finish.js';
import { type Flags, readFlags } from './flags.js';
import { layerOf, unusedParts } from './from-file.js';
import { issuesOf } from './issues.js';
import { type ConfigLayer, type Draft, overlay } from './layer.js';
import { unreachedStages } from './plan.js';
import { GENERIC_PROFILE } from './profiles/generic.js';
import { ABORT_DEFAULTS, KINDMAP_PROFILE } from './profiles/kindmap.js';
import { readConfigFile } from './read-file.js';
import { createFileSchema } from './schema.js';
import { secretsOf } from './secrets.js';

export type { Flags };

export interface LoadOptions {
  /** Path of a YAML or JSON file. */
  file?: string | undefined;
  flags: Flags;
  env: NodeJS.ProcessEnv;
  /** Defaults under the file and over the built-in profile. */
  base?: ConfigLayer | undefined;
  /**
   * The tasks of the scenario where that is a module, with the weights and timeouts that it gives them. Left out while the module is not
   * loaded: then every name in `message_types` may be a task, and criteria for tasks count as unknown.
   */
  tasks?: Record<string, TaskConfig> | undefined;
}

export interface Loaded {
  config: Config;
  /** What was accepted and has no effect, or not the expected one: for people, one line each. */
  notices: string[];
  /** Every password and token that the configuration knows, for the redactor. */
  secrets: string[];
}

/** Resolves profile, base, file and flags, in this order, into one configuration. Throws a {@link ConfigError} with every mistake. */
export function loadConfig({ file, ...rest }: LoadOptions): Loaded {
  return resolveConfig(file === undefined ? undefined : { name: file, raw: readConfigFile(file) }, rest);
}

interface Source {
  name: string;
  raw: unknown;
}

function resolveConfig(source: Source | undefined, { flags, env, base, tasks }: Omit<LoadOptions, 'file'>): Loaded {
  const profile = profileOf(source, { flags, env, tasks });
  const names = profile === KINDMAP_PROFILE || tasks !== undefined ? Object.keys(profile.tasks) : undefined;
  const fromFile = source === undefined ? { layer: {}, issues: [], notices: [], tree: {} } : readSource(source, env, names);
  const fromFlags = readFlags(flags);
  const issues = [...fromFile.issues, ...fromFlags.issues];
  const layers: ConfigLayer[] = [withOrigin(base ?? {}), fromFile.layer, fromFlags.layer];
  const draft = withAbort(layers.map(withReplicas).reduce<Draft>(overlay, profile), flags);
  // A layer with mistakes has holes: what only a whole draft can tell would then be told of the holes.
  if (fromFile.issues.length === 0) {
    issues.push(...draftIssues(draft, { hasFile: source !== undefined, flags, env, tasksAreOpen: names === undefined }));
  }
  const end = (draft.stages.at(-1)?.untilSeconds ?? 0) * fromFlags.timeScale;
  if (end > MAX_SECONDS) issues.push({ path: '--time-scale', message: `makes the plan end after ${end} s; the most is ${MAX_SECONDS} s` });
  if (issues.length > 0) throw new ConfigError(nameOf(source, fromFile.issues.length > 0, issues), issues);

  const replicasAreGiven = layers.some((layer) => layer.replicas !== undefined);
  const config = finish(draft, { timeScale: fromFlags.timeScale, replicasAreGiven });
  return {
    config,
    notices: [...fromFile.notices, ...draftNotices(draft, config, fromFile.layer)],
    secrets: allSecrets([fromFile.tree, base, draft, config], config, env),
  };
}

function allSecrets(trees: unknown, { identity, minted, backends }: Config, env: NodeJS.ProcessEnv): string[] {
  const ofCommands = backends.flatMap(({ logCommand = [] }) => commandSecrets(logCommand));
  return [...new Set([...secretsOf([trees, identity === 'minted' ? { secret: env[minted.secretEnv] } : {}]), ...ofCommands])];
}

/** The lowest layer: the guide's test of KindMap, or what holds for any service where the scenario is another. */
function profileOf(source: Source | undefined, { flags, env, tasks }: Pick<LoadOptions, 'flags' | 'env' | 'tasks'>): Draft {
  const inFile = typeof source?.raw === 'object' && source.raw !== null && 'scenario' in source.raw ? source.raw.scenario : undefined;
  const scenario = flags.scenario ?? expandEnvironment(inFile, env).value ?? KINDMAP;
  return scenario === KINDMAP ? KINDMAP_PROFILE : { ...GENERIC_PROFILE, tasks: tasks ?? {} };
}

/** The flag turns the rule on; what the rule is, the file says better. */
function withAbort(draft: Draft, { abort }: Flags): Draft {
  return abort === true && draft.abort === undefined ? { ...draft, abort: ABORT_DEFAULTS } : draft;
}

function readSource({ name, raw }: Source, env: NodeJS.ProcessEnv, tasks: readonly string[] | undefined) {
  if (raw === null || raw === undefined) {
    return { layer: {}, notices: [], tree: {}, issues: [{ path: '(file)', message: 'is empty; it must be an object with keys' }] };
  }
  const { value: tree, expanded, issues: missing } = expandEnvironment(raw, env);
  const parsed = createFileSchema(tasks).safeParse(tree);
  if (parsed.success && missing.length === 0) {
    const notices = [...unusedParts(parsed.data, tasks), ...(parsed.data.success_criteria?.notices ?? [])];
    return { layer: layerOf(parsed.data, resolve(name), tasks), notices, tree, issues: [] };
  }
  const told = new Set(missing.map((issue) => issue.path));
  const issues = (parsed.success ? [] : issuesOf(parsed.error, tree, expanded)).filter((issue) => !told.has(issue.path));
  return { layer: {}, notices: [], tree, issues: [...missing, ...issues] };
}

function nameOf(source: Source | undefined, fileIsWrong: boolean, issues: readonly ConfigIssue[]): string {
  if (source === undefined) return 'the command line';
  const flagIsWrong = issues.some((issue) => issue.path.startsWith('--'));
  if (!fileIsWrong && flagIsWrong) return 'the command line';
  return flagIsWrong ? `${source.name} with this command line` : source.name;
}

/** A stack that was started for the run knows its replicas. */
function withOrigin(base: ConfigLayer): ConfigLayer {
  if (base.replicas === undefined && base.backends === undefined) return base;
  return { ...base, criteria: { ...base.criteria, from: { ...base.criteria?.from, pubsub_subscribers: 'the stack that was started' } } };
}

/** Named backends are the replicas, unless the layer itself says otherwise. */
function withReplicas(layer: ConfigLayer): ConfigLayer {
  const named = layer.backends?.length ?? 0;
  return layer.replicas === undefined && named > 0 ? { ...layer, replicas: named } : layer;
}

function draftNotices(draft: Draft, config: Config, file: ConfigLayer): string[] {
  const notices = unreachedStages(config.stages);
  if (draft.identity !== 'accounts' && (file.accounts?.length ?? 0) > 0) {
    notices.push(`the users are ${draft.identity}, and test_accounts are only checked; --identity accounts makes the users log in`);
  }
  if (config.scenario !== KINDMAP) {
    const own = {
      stations: file.kindmap?.stations,
      disability_types: file.kindmap?.disabilityTypes,
      gps_step_meters: file.kindmap?.gpsStepMeters,
    };
    for (const [key, value] of Object.entries(own))
      if (value !== undefined) notices.push(`${key} is not used: the scenario is not ${KINDMAP}`);
  }
  if (config.target.startsWith('ws:') && Object.keys(config.tls).some((key) => key !== 'insecure')) {
    notices.push('tls has no effect: the target is a ws:// origin');
  }
  notices.push(...unusedWatching(draft, config, file));
  const named = draft.backends.length;
  if (named > 0 && config.replicas > 0 && named !== draft.replicas)
    notices.push(`${draft.replicas} replicas are expected, and ${named} backends are named`);
  return notices;
}

/** What was asked of canaries, CloudWatch and TLS of Redis, and cannot be had. */
function unusedWatching({ redis, cloudwatch }: Draft, config: Config, file: ConfigLayer): string[] {
  const notices: string[] = [];
  if (file.canary && config.redis === undefined) notices.push('canary is not used: it needs infrastructure.redis');
  if (cloudwatch && config.cloudwatch === undefined) {
    notices.push('CloudWatch is not asked: monitoring.cloudwatch needs an instance_id (or --instance), or metrics with their dimensions');
  }
  if (redis.caFile !== undefined && config.redis?.url.startsWith('redis:')) {
    notices.push('infrastructure.redis.ca has no effect: the URL is not rediss://');
  }
  return notices;
}
