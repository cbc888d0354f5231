import type { Stage } from '../journal/event.js';

/**
 * How many users should be running, as Locust's load shape has it: within a stage the number moves from where it stands at
 * `spawnRate` a second towards `users` and holds there until the stage's deadline. A stage too short for its climb hands over
 * what it has reached.
 *
 * @param elapsed Seconds since the load's start.
 * @returns A whole number of users, or undefined once the last deadline has passed.
 */
export function usersAt(stages: readonly Stage[], elapsed: number): number | undefined {
  let begin = 0;
  let users = 0;
  for (const stage of stages) {
    const end = Math.min(stage.untilSeconds, elapsed);
    const step = (end - begin) * stage.spawnRate;
    users = users < stage.users ? Math.min(stage.users, users + step) : Math.max(stage.users, users - step);
    // A tiny allowance, so that 0.1 s × 10/s is one user in spite of binary fractions.
    if (elapsed < stage.untilSeconds) return Math.floor(users + 1e-9);
    begin = stage.untilSeconds;
  }
  return undefined;
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
