import { z } from 'zod';
import { convert, parseLimit } from './criteria-values.js';
import { cloudwatch } from './schema-cloudwatch.js';
import { docker } from './schema-docker.js';
import { choice, closed, list, open, port, positiveWhole, seconds, text, wholeNumber } from './schema-parts.js';
import { splitWords } from './words.js';

/** Balancing methods as nginx names them; `round_robin` is what it does without a directive. */
const METHODS = ['ip_hash', 'least_conn', 'round_robin', 'hash', 'random', 'least_time'] as const;

const method = () =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .trim()
            .toLowerCase()
            .replace(/[\s-]+/g, '_')
        : value,
    choice(METHODS),
  );

const redisUrl = () =>
  text().refine((value) => /^rediss?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname !== '', {
    error: 'must be a URL such as redis://127.0.0.1:6379/0 (special characters of the password percent-encoded)',
  });

const httpUrl = () =>
  text().refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), { error: 'must be an http or https URL' });

/** A command as a list of words or as one text. */
const command = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text(), { error: 'must be a command: a text, or a list of its words' }).transform((words, ctx) => {
    const [only] = words;
    const split = words.length === 1 && only !== undefined ? splitWords(only) : { ok: true as const, words };
    if (!split.ok) ctx.addIssue({ code: 'custom', message: split.message });
    else if (split.words.length === 0) ctx.addIssue({ code: 'custom', message: 'must name a program' });
    return split.ok ? split.words : [];
  }),
);

const backend = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  open({
    name: text(),
    pid: positiveWhole().optional(),
    address: text().optional(),
    port: port().optional(),
    log: text().optional(),
    log_command: command.optional(),
    container: text().optional(),
  }).refine((value) => value.log === undefined || value.log_command === undefined, {
    path: ['log_command'],
    error: 'cannot be given together with log: each is the whole log',
  }),
);

const backends = list(backend).superRefine(
  (value, ctx) => {
    const seen = new Set<unknown>();
    for (const [index, one] of (Array.isArray(value) ? value : []).entries()) {
      const name: unknown = typeof one === 'object' && one !== null ? one.name : undefined;
      if (name !== undefined && seen.has(name))
        ctx.addIssue({ code: 'custom', path: [index, 'name'], message: 'must be unique among the backends' });
      seen.add(name);
    }
  },
  { when: () => true },
);

export const redis = open({
  url: redisUrl().optional(),
  host: text().optional(),
  port: port().optional(),
  username: text().optional(),
  password: text().optional(),
  db: wholeNumber().optional(),
  channel: text().optional(),
  pubsub_channel: text().optional(),
  container: text().optional(),
  lists: list(text().refine((value) => /^\d+\/./.test(value), { error: 'must be a list as <db>/<key>, e.g. 1/celery' })).optional(),
  ca: text().optional(),
});

export const nginx = open({
  config: text().optional(),
  upstream: text().optional(),
  method: method().optional(),
  load_balancing: method().optional(),
  status_url: httpUrl().optional(),
  container: text().optional(),
  error_log: text().optional(),
});

/** The replicas of the application under other names that such files use. */
export const backendGroup = open({ replicas: positiveWhole().optional(), count: positiveWhole().optional() });

export const infrastructureKeys = open({
  replicas: positiveWhole().optional(),
  backend_replicas: positiveWhole().optional(),
  backend_count: positiveWhole().optional(),
  backend: z.preprocess((value) => (typeof value === 'number' ? { replicas: value } : value), backendGroup).optional(),
  backends: backends.optional(),
  docker,
  redis: z.preprocess((value) => (typeof value === 'string' ? { url: value } : value), redis).optional(),
  redis_url: redisUrl().optional(),
  redis_channel: text().optional(),
  redis_pubsub_channel: text().optional(),
  pubsub_channel: text().optional(),
  nginx: z.preprocess((value) => (typeof value === 'string' ? { config: value } : value), nginx).optional(),
  nginx_config: text().optional(),
  nginx_upstream: text().optional(),
  nginx_method: method().optional(),
  nginx_load_balancing: method().optional(),
  load_balancing: method().optional(),
  nginx_status_url: httpUrl().optional(),
  env_file: text().optional(),
});

/** `backends: 3` says how many there are, not which. */
export const infrastructure = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('backends' in value) || typeof value.backends !== 'number') return value;
  const { backends: replicas, ...rest } = value;
  return { backend_count: replicas, ...rest };
}, infrastructureKeys);

/** A number of bytes, or a size with its unit. */
const size = z.unknown().transform((value, ctx) => {
  const limit = parseLimit(value);
  const plain = limit !== undefined && limit.direction === undefined && limit.upper === undefined;
  const bytes = plain ? convert('bytes', limit.value, limit.unit ?? 'b') : undefined;
  if (bytes?.ok) return Math.round(bytes.value);
  ctx.addIssue({ code: 'custom', message: 'must be a number of bytes, or a size such as 50MB' });
  return z.NEVER;
});

const expression = text().refine(
  (value) => {
    try {
      new RegExp(value);
      return true;
    } catch {
      return false;
    }
  },
  { error: 'must be a regular expression' },
);

const interval = () => seconds().refine((value) => value >= 0.1, { error: 'must be at least 0.1 seconds' });

function patterns() {
  return z.preprocess(namedByThemselves, z.record(z.string(), expression, { error: 'must be an object of name → regular expression' }));
}

export const monitoring = open({
  interval_seconds: interval().optional(),
  sampling_interval_seconds: interval().optional(),
  collection_interval_seconds: interval().optional(),
  log_patterns: patterns().optional(),
  nginx_patterns: patterns().optional(),
  log_budget: size.optional(),
  cloudwatch,
  log_proof: closed({ pattern: text(), reply_type: text() }).optional(),
});

/** A plain list of expressions: each is its own name. */
function namedByThemselves(value: unknown): unknown {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? Object.fromEntries(value.map((item) => [item, item]))
    : value;
}
