import { millis } from '../format.js';
import type { Cause, CriterionRow } from '../run-result.js';
import { backendCpu } from './causes/backend-cpu.js';
import { backendFrozen } from './causes/backend-frozen.js';
import { backendLost } from './causes/backend-lost.js';
import { backendMemory } from './causes/backend-memory.js';
import { backendThrottled } from './causes/backend-throttled.js';
import { generatorSaturated } from './causes/generator.js';
import { hostCpu } from './causes/host-cpu.js';
import { redisEvictions } from './causes/redis-evictions.js';
import { redisStalled } from './causes/redis-stalled.js';
import { CONNECT, criterionOf, criterionProof, present } from './evidence.js';
import { loadWindow, type Window } from './readings.js';
import type { Found, Judged } from './rule.js';
import { proof } from './weigh.js';

/** A task whose 95th percentile failed its criterion. */
export interface SlowTask {
  task: string;
  row: CriterionRow;
  /** The seconds in which it was slow. */
  window: Window;
}

/** Those of the tasks that were too slow. A criterion that is open since the generator was saturated accuses nobody. */
export function slowTasks(run: Judged): SlowTask[] {
  const load = loadWindow(run);
  if (load === null) return [];
  return run.tasks.flatMap(({ name: task }) => {
    const row = task === CONNECT ? undefined : criterionOf(run, `${task}_p95`);
    return row?.status === 'fail' ? [{ task, row, window: slowWindow(run, task, row.limit ?? 0) ?? load }] : [];
  });
}

/** A finding of tasks that are slow, with the causes that all tasks share after their own. */
export function slowFinding(
  run: Judged,
  slow: readonly SlowTask[],
  own: (one: SlowTask) => (Cause | null)[],
  watch: string[],
): Found | null {
  const [first] = slow;
  if (first === undefined) return null;
  const window = {
    from: Math.min(...slow.map((one) => one.window.from)),
    to: Math.max(...slow.map((one) => one.window.to)),
  };
  return {
    symptom: slow.map((one) => told(run, one)).join('; '),
    ...window,
    evidence: slow.flatMap(({ task, row }) => [criterionProof(row), ...distributionOf(run, task)]),
    causes: present([
      ...own(first),
      backendCpu(run, window),
      backendThrottled(run, window),
      backendFrozen(run, window),
      backendMemory(run, window),
      run.criteria.some(({ id }) => id === 'host_cpu') ? hostCpu(run, window) : null,
      redisStalled(run, window),
      redisEvictions(run, window),
      backendLost(run),
      generatorSaturated(run, window),
    ]),
    watch,
  };
}

function told(run: Judged, { task, row }: SlowTask): string {
  const own = run.tasks.find(({ name }) => name === task);
  const middle = own?.latency ? `, half of them in ${millis(own.latency['50%'])} or less` : '';
  return `95 % of ${task} were answered within ${row.observed}, must be ${row.threshold}${middle}`;
}

function distributionOf(run: Judged, task: string) {
  const latency = run.tasks.find(({ name }) => name === task)?.latency;
  if (!latency) return [];
  const few = (['50%', '95%', '99%', '100%'] as const).map((name) => `${name} ${millis(latency[name])}`);
  return [proof(`${task}: ${few.join(', ')}`, `tasks ${task}`)];
}

/** From the first to the last second in which its own 95th percentile was beyond the limit. */
function slowWindow(run: Judged, task: string, limit: number): Window | null {
  const slow = run.history.filter(({ tasks }) => (tasks[task]?.p95Ms ?? 0) > limit);
  const [first, last] = [slow[0], slow.at(-1)];
  return first && last ? { from: first.second * 1000, to: (last.second + 1) * 1000 } : null;
}
