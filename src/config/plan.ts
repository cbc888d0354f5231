import type { Stage } from '../journal/event.js';
import { MAX_SECONDS, parseDuration } from './duration.js';

/** Stages, or what is wrong with the text. */
export type PlanResult = { ok: true; stages: Stage[] } | { ok: false; message: string };

/** Reads `<users>@<rate>:<until>,…`, e.g. `20@5:10s,60@5:60s`: `until` is the time since the run's start at which the stage ends. */
export function parseStages(text: string): PlanResult {
  const stages: Stage[] = [];
  for (const [index, part] of text.split(',').entries()) {
    const match = /^(\d+)@(\d+(?:\.\d+)?):(.+)$/.exec(part.trim());
    const until = match?.[3] === undefined ? undefined : parseDuration(match[3]);
    if (match === null || until === undefined) {
      return wrong(`must be stages of the form <users>@<rate>:<until>, e.g. 20@5:10s,60@5:60s; "${part.trim()}" is none`);
    }
    const stage = { name: `Stage ${index + 1}`, users: Number(match[1]), spawnRate: Number(match[2]), untilSeconds: until };
    const problem = stageProblem(stage, stages.at(-1));
    if (problem !== undefined) return wrong(problem);
    stages.push(stage);
  }
  return { ok: true, stages };
}

function stageProblem(stage: Stage, before: Stage | undefined): string | undefined {
  if (!(stage.spawnRate > 0)) return `the rate of ${stage.name} must be a positive number, is ${stage.spawnRate}`;
  if (!(stage.untilSeconds > 0) || stage.untilSeconds > MAX_SECONDS)
    return `${stage.name} must end between 0 and ${MAX_SECONDS} s after the start`;
  if (!Number.isSafeInteger(stage.users)) return `the users of ${stage.name} must be a whole number`;
  if (before === undefined || stage.untilSeconds > before.untilSeconds) return undefined;
  const [own, earlier] = [stage.untilSeconds, before.untilSeconds];
  return `${stage.name} ends at ${own} s, no later than the one before (${earlier} s); the time is that since the run's start, not the stage's own length`;
}

function wrong(message: string): PlanResult {
  return { ok: false, message };
}

/** The same plan in `scale` times the time: deadlines grow and rates shrink with it, so that every stage reaches its users as before. */
export function scaleStages(stages: readonly Stage[], scale: number): Stage[] {
  return stages.map((stage) => ({ ...stage, untilSeconds: stage.untilSeconds * scale, spawnRate: stage.spawnRate / scale }));
}

/** One line for each stage that is over before all of its users can have been started. */
export function unreachedStages(stages: readonly Stage[]): string[] {
  let users = 0;
  let from = 0;
  return stages.flatMap((stage) => {
    const step = stage.spawnRate * (stage.untilSeconds - from);
    const wanted = stage.users - users;
    users = Math.abs(wanted) <= step ? stage.users : users + Math.sign(wanted) * Math.floor(step);
    from = stage.untilSeconds;
    // A millionth of slack: scaled plans are not exact in binary.
    if (Math.abs(wanted) <= step * (1 + 1e-6)) {
      users = stage.users;
      return [];
    }
    return [`stage "${stage.name}" ends with ${users} of ${stage.users} users: at ${stage.spawnRate} a second there is no time for more`];
  });
}
