import { z } from 'zod';
import type { Command, NewRun, Problem } from './protocol.js';

/** More users than any one machine can be. */
const users = z.int().min(0).max(1_000_000);
const spawnRate = z.number().positive().max(100_000);

/** What is asked of a run under way. */
export const commandSchema: z.ZodType<Command> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('users'), users, spawnRate }),
  z.strictObject({ type: z.literal('stop') }),
]);

/** What is started. The command line itself says what of it can be used; this is only what may get there at all. */
export const newRunSchema: z.ZodType<NewRun> = z
  .strictObject({
    target: z
      .string()
      .max(500)
      .regex(/^wss?:\/\/[^\s\p{Cc}]+$/u, 'must be a ws:// or wss:// URL')
      .optional(),
    users: users.min(1).optional(),
    spawnRate: spawnRate.optional(),
    duration: z
      .number()
      .positive()
      .max(7 * 24 * 3600)
      .optional(),
    stages: z
      .string()
      .max(4000)
      .regex(/^[\d@:.,smh ]+$/, 'must be <users>@<rate>:<until>, e.g. 20@5:10s,60@5:60s')
      .optional(),
    preset: z.enum(['full', 'small']).optional(),
    identity: z
      .string()
      .regex(/^[a-z]{1,40}$/, 'must be a word')
      .optional(),
    preflight: z.boolean(),
  })
  .superRefine((run, { addIssue }) => {
    const plans = [run.users, run.stages, run.preset].filter((plan) => plan !== undefined).length;
    if (plans > 1) addIssue('give one of users, stages and preset');
    if (run.users === undefined && (run.spawnRate !== undefined || run.duration !== undefined)) {
      addIssue('spawnRate and duration go with users');
    }
  });

/** What is wrong with a body. */
export function problemOf(error: z.ZodError): Problem {
  const issues = error.issues.map(({ path, message }) => [path.join('.'), message] as const);
  return {
    message: issues.map(([name, message]) => (name === '' ? message : `${name}: ${message}`)).join('; '),
    issues: Object.fromEntries(issues.filter(([name]) => name !== '')),
  };
}
