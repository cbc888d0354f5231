import { extname } from 'node:path';
import { z } from 'zod';
import { expandAddress, MAX_ADDRESSES } from './cidr.js';
import { KINDMAP } from './config.js';
import { MAX_SECONDS, parseDuration } from './duration.js';
import { closed, list, number, positive, seconds, text, wholeNumber, yesOrNo } from './schema-parts.js';

/** Who the users can be. */
export const IDENTITIES = ['guests', 'accounts', 'registered', 'minted'] as const;

export const RHYTHMS = ['closed', 'paced'] as const;

/** Extensions of the modules that can hold a scenario. */
const MODULES = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

export const SCENARIO_RULE = `must be ${KINDMAP} or the path of a module (${MODULES.join(', ')})`;

/** Whether a text can name a scenario. Whether there is one is seen when it is loaded. */
export function namesScenario(value: string): boolean {
  return value === KINDMAP || MODULES.includes(extname(value));
}

export const scenario = () => text().refine(namesScenario, { error: SCENARIO_RULE });

export const MAX_SEED = 2 ** 32 - 1;

export const seed = () =>
  number(`a whole number between 0 and ${MAX_SEED}`, (value) => Number.isInteger(value) && value >= 0 && value <= MAX_SEED);

export const MAX_WORKERS = 256;

export const WORKERS_RULE = `a whole number up to ${MAX_WORKERS}, or auto`;

export const workers = () =>
  z.preprocess(
    (value) => (value === 'auto' ? 0 : value),
    number(WORKERS_RULE, (value) => Number.isInteger(value) && value >= 0 && value <= MAX_WORKERS),
  );

/** Seconds of which none is a choice, too. */
export const secondsOrNone = () => number(`a number of seconds from 0 to ${MAX_SECONDS}`, (value) => value >= 0 && value <= MAX_SECONDS);

/** `30`, `30s`, `1m30s`. */
export const duration = () => {
  const message = 'must be a time such as 30, 30s or 1m30s';
  return z.preprocess(
    (value) => (typeof value === 'string' ? (parseDuration(value) ?? value) : value),
    z.number({ error: message }).refine((value) => value >= 0 && value <= MAX_SECONDS, { error: message }),
  );
};

const abortRule = closed({
  after: duration().optional(),
  window: duration()
    .refine((value) => value >= 1, { error: 'must be at least one second' })
    .optional(),
  criteria: list(text()).optional(),
});

/** `true` for the defaults, `false` for none, or what differs from the defaults. */
export const abort = z.preprocess(
  (value) => (value === true || value === 'true' ? {} : value === false || value === 'false' ? undefined : value),
  abortRule.optional(),
);

export const registered = closed({ file: text().optional(), per_second: positive().optional() });

export const minted = closed({
  secret_env: text()
    .refine((value) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(value), {
      error: 'must be the name of an environment variable (never the secret itself)',
    })
    .optional(),
  lifetime_seconds: seconds().optional(),
});

export const reconnect = closed({
  first_seconds: seconds().optional(),
  most_seconds: seconds().optional(),
  attempts: wholeNumber().optional(),
});

export const tls = closed({
  ca: text().optional(),
  cert: text().optional(),
  key: text().optional(),
  server_name: text().optional(),
  insecure: yesOrNo().optional(),
});

/** Addresses and ranges, expanded. */
export const sourceAddresses = list(text()).transform((entries, ctx) => {
  const all: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const expanded = expandAddress(entry);
    if (expanded.ok) all.push(...expanded.addresses);
    else ctx.addIssue({ code: 'custom', path: [index], message: expanded.message });
  }
  if (all.length > MAX_ADDRESSES) ctx.addIssue({ code: 'custom', message: tooMany(all.length) });
  return all;
});

export function tooMany(count: number): string {
  return `must stand for at most ${MAX_ADDRESSES} addresses together, stands for ${count}`;
}
