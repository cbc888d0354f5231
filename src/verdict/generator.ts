import { type Cover, secondsCover } from './coverage.js';
import type { GeneratorHealth, HistorySecond } from './run-result.js';

/**
 * Beyond any of these a second's latencies may be the generator's own; beyond `share` of such seconds the run's are. `failures` are
 * connects that the generator's own machine refused.
 */
export const GENERATOR_LIMITS = { loopDelayMs: 100, utilization: 0.9, lagMs: 100, gcMs: 200, failures: 0, share: 0.05 } as const;

/** What has a limit in a second, in the order in which it is told. */
export const GENERATOR_MEASURES = ['loopDelayMs', 'utilization', 'lagMs', 'gcMs', 'failures'] as const;

/** How connects are called that failed for want of something on the generator's own machine: `generator EMFILE`. */
const GENERATOR_FAILURE = 'generator ';

/** Whether a kind of failure is the generator's own, which says nothing about the target. */
export const isGeneratorFailure = (kind: string): boolean => kind.startsWith(GENERATOR_FAILURE);

/**
 * Whether the generator kept up. A second without a record counts as saturated: nobody saw the generator in it, and a blocked
 * event loop is what keeps a record from being written.
 *
 * @param history Rising seconds.
 */
export function generatorHealth(history: readonly Pick<HistorySecond, 'second' | 'generator'>[]): GeneratorHealth {
  const first = history[0];
  const last = history.at(-1);
  const seconds = first && last ? last.second - first.second + 1 : 0;
  const missingSeconds = seconds - history.length;
  const most = { loopDelayMs: 0, utilization: 0, lagMs: 0, gcMs: 0, failures: 0 };
  const beyond = { ...most };
  let saturatedSeconds = missingSeconds;
  let failures = 0;
  for (const { generator } of history) {
    const over = GENERATOR_MEASURES.filter((measure) => generator[measure] > GENERATOR_LIMITS[measure]);
    if (over.length > 0) saturatedSeconds++;
    for (const measure of over) beyond[measure]++;
    for (const measure of GENERATOR_MEASURES) most[measure] = Math.max(most[measure], generator[measure]);
    failures += generator.failures;
  }
  return {
    seconds,
    saturatedSeconds,
    missingSeconds,
    saturated: seconds > 0 && saturatedSeconds / seconds > GENERATOR_LIMITS.share,
    failures,
    most,
    beyond,
    limits: { ...GENERATOR_LIMITS },
  };
}

/** How much of the time from the first to the last record of load has a record; null without one. */
export function recordedOf(history: readonly Pick<HistorySecond, 'second'>[]): Cover | null {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last) return null;
  return secondsCover(
    history.map(({ second }) => second),
    first.second,
    last.second + 1,
  );
}
