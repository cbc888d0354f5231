import { z } from 'zod';

/*
 * What a run and its dashboard say to each other, over the channel that Node opens between a process and its child. Whose child is whose differs:
 * `ui` starts runs, and `run --ui` starts a dashboard.
 */

const users = z.strictObject({ type: z.literal('users'), users: z.number(), spawnRate: z.number() });

/** What a run is told. */
export const toRun = z.discriminatedUnion('type', [users, z.strictObject({ type: z.literal('stop') })]);
export type ToRun = z.infer<typeof toRun>;

/** What a run tells. */
export const fromRun = z.discriminatedUnion('type', [
  /** It has a folder now. */
  z.strictObject({ type: z.literal('folder'), id: z.string() }),
  z.strictObject({ type: z.literal('stopping') }),
  /** A line for people. */
  z.strictObject({ type: z.literal('said'), line: z.string() }),
  /** Everything is written. Null: of the exit code nothing is known. */
  z.strictObject({ type: z.literal('ended'), exitCode: z.number() }),
  /** The dashboard should end: viewers are told the last state before. */
  z.strictObject({ type: z.literal('close') }),
]);
export type FromRun = z.infer<typeof fromRun>;

/** What a dashboard tells the run that started it, beside what the page asks for: that it serves, or why it cannot. */
export const fromDashboard = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('serving'), link: z.string() }),
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
  ...toRun.options,
]);
export type FromDashboard = z.infer<typeof fromDashboard>;
