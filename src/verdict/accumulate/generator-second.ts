import type { LoadSecond } from '../../journal/event.js';
import type { GeneratorSecond } from '../run-result.js';
import { generatorFailuresOf } from './counts.js';
import { sumOf } from './tally.js';

/** Joins one worker's record of a second to those of the others: the worst of all workers holds, and failures are added. */
export function addGenerator(row: GeneratorSecond, { generator, tasks }: LoadSecond): void {
  row.loopDelayMs = Math.max(row.loopDelayMs, generator.loopDelayMs);
  row.utilization = Math.max(row.utilization, generator.utilization);
  row.lagMs = Math.max(row.lagMs, generator.lagMs);
  row.gcMs = Math.max(row.gcMs, generator.gcMs);
  for (const task of Object.values(tasks)) row.failures += sumOf(generatorFailuresOf(task));
}

/** A second in which nothing has been seen yet. */
export const noGenerator = (): GeneratorSecond => ({ loopDelayMs: 0, utilization: 0, lagMs: 0, gcMs: 0, failures: 0 });
