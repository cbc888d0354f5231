import type { CanaryConfig, CloudWatchConfig, Config, DockerConfig, NginxConfig, RedisConfig } from './config.js';
import type { RedisAccess } from './redis-url.js';

/** A value of which any part may be left out. Lists are whole or absent. */
export type Layer<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Layer<T[K]> | undefined } : T;

/**
 * The configuration while its layers are laid over each other. It differs from {@link Config} where a part can be known
 * before it is known whether it is used: a channel without the URL of its Redis.
 */
export interface Draft extends Omit<Config, 'target' | 'redis' | 'nginx' | 'docker' | 'cloudwatch' | 'canary'> {
  target?: string;
  /** `access`: how to get in where its address is still to be found. */
  redis: Partial<RedisConfig> & Pick<RedisConfig, 'channel' | 'lists'> & { access?: RedisAccess };
  nginx: NginxConfig;
  /** `null` for a container that is not to be looked for. */
  docker?: DockerDraft;
  cloudwatch?: Partial<CloudWatchConfig>;
  /** `null`: none are sent. */
  canary: Partial<CanaryConfig> | null;
}

export interface DockerDraft extends Omit<DockerConfig, 'redis' | 'nginx'> {
  redis?: string | null;
  nginx?: string | null;
}

/** Defaults that lie between the profile and the file, e.g. what `demo` knows of its own stack. */
export type ConfigLayer = Layer<Draft>;

/** Maps that mean something only as a whole: the weights of a file must not mix with the weights of the profile. */
const WHOLE = new Set(['disabilityTypes', 'backends', 'access', 'envelope']);

/** Lays one layer over another: maps are merged, everything else is replaced, what is undefined leaves the lower value. */
export function overlay(under: Draft, over: ConfigLayer): Draft {
  return merge(under, over) as Draft;
}

function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isMap(under) || !isMap(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  // fromEntries defines keys instead of assigning them: a key called __proto__ stays a key.
  return Object.fromEntries([...keys].map((key) => [key, mergeKey(key, own(under, key), own(over, key))]));
}

function mergeKey(key: string, under: unknown, over: unknown): unknown {
  return WHOLE.has(key) ? (over ?? under) : merge(under, over);
}

function own(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
