import type { Stage } from '../journal/event.js';

/** A tiny allowance, so that 0.1 s × 10/s is one user in spite of binary fractions. */
const EPSILON = 1e-9;

/**
 * How many users should be running, as Locust's load shape has it: within a stage the number moves from where it stands at
 * `spawnRate` a second towards `users` and holds there until the stage's deadline. A stage too short for its climb hands over
 * the whole users that it has reached; a stage of the same users and rate goes on where it was.
 *
 * The rate governs starting and stopping alike: the nth user is started, or stopped, n / `spawnRate` seconds after the stage's begin.
 *
 * @param elapsed Seconds since the load's start.
 * @returns A whole number of users, or undefined once the last deadline has passed.
 */
export function usersAt(stages: readonly Stage[], elapsed: number): number | undefined {
  let from = 0;
  let begin = 0;
  for (const [index, stage] of stages.entries()) {
    const users = moved(from, stage, Math.min(stage.untilSeconds, elapsed) - begin);
    if (elapsed < stage.untilSeconds) return users;
    const next = stages[index + 1];
    // Locust's shape acts when the pair changes, and only then.
    if (next?.users === stage.users && next.spawnRate === stage.spawnRate) continue;
    from = users;
    begin = stage.untilSeconds;
  }
  return undefined;
}

function moved(from: number, { users, spawnRate }: Stage, seconds: number): number {
  const step = Math.floor(seconds * spawnRate + EPSILON);
  return from < users ? Math.min(users, from + step) : Math.max(users, from - step);
}

/** Index of the stage that is under way, or undefined once the last deadline has passed. */
export function stageIndexAt(stages: readonly Stage[], elapsed: number): number | undefined {
  const index = stages.findIndex((stage) => elapsed < stage.untilSeconds);
  return index === -1 ? undefined : index;
}

/** How many of the first `users` users fall to one of `workers` workers when they are dealt in turn. */
export function shareOf(users: number, worker: number, workers: number): number {
  return Math.floor((users + workers - 1 - worker) / workers);
}
