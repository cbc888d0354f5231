import { resolve } from 'node:path';
import { ConfigError, type ConfigIssue } from '../errors.js';
import type { Config, Criteria } from './config.js';
import { MAX_SECONDS } from './duration.js';
import { expandEnvironment } from './environment.js';
import { type Flags, readFlags } from './flags.js';
import { layerOf, unusedParts } from './from-file.js';
import { issuesOf } from './issues.js';
import { type ConfigLayer, type Draft, overlay } from './layer.js';
import { scaleStages, unreachedStages } from './plan.js';
import { KINDMAP_PROFILE } from './profiles/kindmap.js';
import { readConfigFile } from './read-file.js';
import { fileSchema } from './schema.js';
import { secretsOf } from './secrets.js';

export type { Flags };

export interface LoadOptions {
  /** Path of a YAML or JSON file. */
  file?: string | undefined;
  flags: Flags;
  env: NodeJS.ProcessEnv;
  /** Defaults under the file and over the built-in profile. */
  base?: ConfigLayer | undefined;
}

export interface Loaded {
  config: Config;
  /** What was accepted and has no effect, or not the expected one: for people, one line each. */
  notices: string[];
  /** Every password and token that the configuration knows, for the redactor. */
  secrets: string[];
}

/** Resolves profile, base, file and flags, in this order, into one configuration. Throws a {@link ConfigError} with every mistake. */
export function loadConfig({ file, flags, env, base }: LoadOptions): Loaded {
  return resolveConfig(file === undefined ? undefined : { name: file, raw: readConfigFile(file) }, { flags, env, base });
}

interface Source {
  name: string;
  raw: unknown;
}

function resolveConfig(source: Source | undefined, { flags, env, base }: Omit<LoadOptions, 'file'>): Loaded {
  const fromFile = source === undefined ? { layer: {}, issues: [], notices: [], tree: {} } : readSource(source, env);
  const fromFlags = readFlags(flags);
  const issues = [...fromFile.issues, ...fromFlags.issues];
  const layers = [base ?? {}, fromFile.layer, fromFlags.layer];
  const draft = layers.map(withReplicas).reduce<Draft>(overlay, KINDMAP_PROFILE);
  // A layer with mistakes has holes: what only a whole draft can tell would then be told of the holes.
  issues.push(...draftIssues(draft, source !== undefined, fromFile.issues.length > 0, flags));
  const end = (draft.stages.at(-1)?.untilSeconds ?? 0) * fromFlags.timeScale;
  if (end > MAX_SECONDS) issues.push({ path: '--time-scale', message: `makes the plan end after ${end} s; the most is ${MAX_SECONDS} s` });
  if (issues.length > 0) throw new ConfigError(nameOf(source, fromFile.issues.length > 0, issues), issues);

  const config = finish(draft, fromFlags.timeScale);
  return {
    config,
    notices: [...fromFile.notices, ...draftNotices(draft, config, fromFile.layer)],
    secrets: secretsOf([fromFile.tree, base, draft]),
  };
}

function readSource({ name, raw }: Source, env: NodeJS.ProcessEnv) {
  if (raw === null || raw === undefined) {
    return { layer: {}, notices: [], tree: {}, issues: [{ path: '(file)', message: 'is empty; it must be an object with keys' }] };
  }
  const { value: tree, expanded, issues: missing } = expandEnvironment(raw, env);
  const parsed = fileSchema.safeParse(tree);
  if (parsed.success && missing.length === 0) {
    const notices = [...unusedParts(parsed.data), ...(parsed.data.success_criteria?.notices ?? [])];
    return { layer: layerOf(parsed.data, resolve(name)), notices, tree, issues: [] };
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

/** Named backends are the replicas, unless the layer itself says otherwise. */
function withReplicas(layer: ConfigLayer): ConfigLayer {
  const named = layer.backends?.length ?? 0;
  return layer.replicas === undefined && named > 0 ? { ...layer, replicas: named } : layer;
}

function draftIssues(draft: Draft, hasFile: boolean, fileIsWrong: boolean, flags: Flags): ConfigIssue[] {
  if (fileIsWrong) return [];
  const issues: ConfigIssue[] = [];
  if (draft.target === undefined && flags.target === undefined) {
    const orKey = hasFile ? 'write "target" into the file or give --target' : 'give it';
    issues.push({ path: '--target', message: `is required: ${orKey}, e.g. --target wss://example.org` });
  }
  if (draft.identity === 'accounts' && draft.accounts.length === 0) {
    issues.push({
      path: flags.identity === undefined ? 'identity' : '--identity',
      message: 'accounts needs test_accounts in the configuration file',
    });
  }
  if (Object.values(draft.tasks).every((task) => task.weight === 0)) {
    issues.push({ path: 'message_types', message: 'at least one task needs a weight above 0' });
  }
  return [...issues, ...rangeIssues(draft.criteria)];
}

function rangeIssues({ resources }: Criteria): ConfigIssue[] {
  return Object.entries(resources).flatMap(([resource, { warning, critical }]) =>
    warning <= critical
      ? []
      : [
          {
            path: `success_criteria.resources.${snake(resource)}`,
            message: `warning (${warning}) must be no greater than critical (${critical})`,
          },
        ],
  );
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function finish(draft: Draft, timeScale: number): Config {
  const { target = '', redis, nginx, envFile, stages, ...rest } = draft;
  const { url, channel } = redis;
  return {
    ...rest,
    target,
    stages: timeScale === 1 ? stages : scaleStages(stages, timeScale),
    ...(url === undefined ? {} : { redis: { url, channel } }),
    ...(nginx.config === undefined && nginx.statusUrl === undefined ? {} : { nginx: defined(nginx) }),
    ...(envFile === undefined ? {} : { envFile }),
  };
}

/** Without the keys that are there and undefined. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function draftNotices(draft: Draft, config: Config, file: ConfigLayer): string[] {
  const notices = unreachedStages(config.stages);
  if (draft.identity === 'guests' && (file.accounts?.length ?? 0) > 0) {
    notices.push('the users are guests, and test_accounts are only checked; --identity accounts makes the users log in');
  }
  const named = draft.backends.length;
  if (named > 0 && named !== draft.replicas) notices.push(`${draft.replicas} replicas are expected, and ${named} backends are named`);
  return notices;
}
