import { counted, millis } from '../../format.js';
import { backendCpu } from '../causes/backend-cpu.js';
import { backendFrozen } from '../causes/backend-frozen.js';
import { backendThrottled } from '../causes/backend-throttled.js';
import { generatorSaturated } from '../causes/generator.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { brokenOf, CONNECT, criterionProof, failuresOf, present, span, timesOf } from '../evidence.js';
import type { Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { isExplainedByStalls, limitsOf, type Stall, stallsOf } from '../stalls.js';
import { proof } from '../weigh.js';

/** What a pause breaks. */
const SYMPTOMS = /^(error_rate|connect_success_rate|canary_delivery|canary_p99|.*_p95)$/;

/** A request that waited may fail so long after the pause. */
const AFTER_MS = 15_000;

/** Replies stopped for a while and then went on. */
export const backendStalled: Rule = {
  id: 'backend-stalled',
  title: 'The target stood still for a while',
  diagnose(run) {
    const broken = brokenOf(run, (id) => SYMPTOMS.test(id));
    const stalls = broken.length === 0 || run.generator.saturated ? [] : stallsOf(run);
    const [first, last] = [stalls[0], stalls.at(-1)];
    if (first === undefined || last === undefined) return null;
    const window = { from: first.from, to: last.to };
    const longest = Math.max(...stalls.flatMap(({ waits }) => [...waits.values()]), 0);
    return {
      symptom: `replies stopped ${stalls.length === 1 ? 'once' : counted(stalls.length, 'time')}${longest > 0 ? `, for up to ${millis(longest)}` : ''}: ${stalls.slice(0, 3).map(span).join(', ')}`,
      ...window,
      evidence: [...broken.map(criterionProof), ...stalls.slice(0, 3).flatMap((stall) => timeoutsOf(run, stall))],
      causes: present([
        backendFrozen(run, window),
        redisStalled(run, window),
        backendCpu(run, window),
        backendThrottled(run, window),
        generatorSaturated(run, window),
      ]),
      watch: [
        'the longest wait of each second, and not the mean: a pause hides in it',
        'lines of each backend in its log: one that is silent among others that write stands still',
      ],
      explains: explainedBy(run, stalls),
    };
  },
};

function timeoutsOf(run: Judged, stall: Stall) {
  return run.failures
    .filter(({ kind, first, last }) => kind === 'timeout' && last * 1000 >= stall.from && first * 1000 <= stall.to + AFTER_MS)
    .map(({ task, occurrences }) => proof(`${task}: timeout ${occurrences}`, `failures of ${task}`));
}

/** What else the same pause brings about. */
function explainedBy(run: Judged, stalls: readonly Stall[]): string[] {
  const isWithin = (times: Window | null) =>
    times === null || stalls.some(({ from, to }) => times.from >= from - 1000 && times.to <= to + AFTER_MS);
  const slow = [...limitsOf(run).keys()].filter((task) => task !== CONNECT);
  const others = slow.filter((task) => task !== 'start_navigation' && task !== 'location_update');
  const isMost = stalls.reduce((sum, { canaries }) => sum + canaries, 0) >= (run.canaries?.lost ?? 0);
  return [
    ...(isExplainedByStalls(run, 'start_navigation') ? ['slow-start-navigation'] : []),
    ...(isExplainedByStalls(run, 'location_update') ? ['slow-location-update'] : []),
    ...(others.length > 0 && others.every((task) => isExplainedByStalls(run, task)) ? ['slow-tasks'] : []),
    ...(isWithin(timesOf(failuresOf(run, CONNECT))) ? ['connect-failures'] : []),
    ...(run.failures.every((row) => row.task === CONNECT || isWithin(timesOf([row]))) ? ['task-errors'] : []),
    ...(isMost ? ['lost-messages'] : []),
  ];
}
