import { z } from 'zod';
import type { CanaryConfig } from './config.js';
import type { Layer } from './layer.js';
import { closed, number, positive, text } from './schema-parts.js';

const MAX_MS = 600_000;

const milliseconds = () => number(`a positive number of milliseconds up to ${MAX_MS}`, (value) => value > 0 && value <= MAX_MS);

/** Every text that is a whole value somewhere in the envelope. */
function textsIn(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [value];
}

const envelope = z.looseObject({}, { error: 'must be an object: what the backends publish for one user' }).superRefine((value, ctx) => {
  const texts = textsIn(value);
  for (const [placeholder, what] of [
    ['{user}', "the recipient's id"],
    ['{canary}', 'what is looked for in the frame that arrives'],
  ]) {
    if (!texts.includes(placeholder))
      ctx.addIssue({ code: 'custom', message: `needs "${placeholder}" as the value of one of its keys: ${what}` });
  }
});

const canaryKeys = closed({
  per_second: positive()
    .refine((value) => value <= 1000, { error: 'must be at most 1000' })
    .optional(),
  limit_ms: milliseconds().optional(),
  lost_after_ms: milliseconds().optional(),
  envelope: envelope.optional(),
  at: text().optional(),
});

/** `true`: as the profile has it; `false`: none are sent. */
export const canary = z.preprocess((value) => {
  if (value === true || value === 'true') return {};
  if (value === false || value === 'false') return null;
  // A key without a value is a mistake and no `false`.
  return value === null ? '' : value;
}, canaryKeys.nullable().optional());

/** What the file says of canaries, as a layer: `null` for none. */
export function canaryOf(own: z.infer<typeof canary>): Layer<Partial<CanaryConfig> | null> | undefined {
  if (own === undefined || own === null) return own;
  const { per_second, limit_ms, lost_after_ms, envelope: form, at } = own;
  return { perSecond: per_second, limitMs: limit_ms, lostAfterMs: lost_after_ms, envelope: form, at };
}
