import type { GeneratorHealth, HistorySecond } from './run-result.js';

/** Beyond these a second's latencies may be the generator's own; beyond `share` of such seconds the run's are. */
export const GENERATOR_LIMITS = { loopDelayMs: 100, utilization: 0.9, share: 0.05 } as const;

/**
 * Whether the generator kept up. A second without a record counts as saturated: nobody saw the generator in it, and a blocked
 * event loop is what keeps a record from being written.
 */
export function generatorHealth(history: readonly HistorySecond[]): GeneratorHealth {
  const first = history[0];
  const last = history.at(-1);
  const seconds = first && last ? last.second - first.second + 1 : 0;
  const missingSeconds = seconds - history.length;
  const beyond = history.filter(
    ({ generator }) => generator.loopDelayMs > GENERATOR_LIMITS.loopDelayMs || generator.utilization > GENERATOR_LIMITS.utilization,
  ).length;
  const saturatedSeconds = beyond + missingSeconds;
  return {
    seconds,
    saturatedSeconds,
    missingSeconds,
    saturated: seconds > 0 && saturatedSeconds / seconds > GENERATOR_LIMITS.share,
    maxLoopDelayMs: history.reduce((max, { generator }) => Math.max(max, generator.loopDelayMs), 0),
    maxUtilization: history.reduce((max, { generator }) => Math.max(max, generator.utilization), 0),
    limits: { ...GENERATOR_LIMITS },
  };
}
