import { coverOf, worseCover } from '../coverage.js';
import { counted } from '../format.js';
import { baseOf, type Criterion, held, inconclusive, warned, withData } from './criterion.js';
import { MIN_COVERAGE, maxGapOf } from './range.js';

const METRIC = 'redis.pubsub.subscribers';

const MIN_READINGS = 2;

/**
 * Every replica listens on the Pub/Sub channel the whole time. A listener that dies is seen nowhere else: its backend goes on
 * answering, `/health` too, and only messages from other backends no longer arrive. Judged where Redis is watched.
 */
export const pubsubSubscribers: Criterion = (facts) => {
  const { start, series, measured, steady } = facts;
  const { replicas } = start;
  if (replicas === 0 || !start.samplers.includes('redis')) return [];
  const own = series.filter(({ name }) => name === METRIC);
  const intervalMs = Math.max(start.sampleIntervalMs, ...own.map((one) => one.intervalMs));
  const rule = baseOf(facts, {
    id: 'pubsub_subscribers',
    title: 'Pub/Sub subscribers',
    required: false,
    threshold: `≥ ${replicas}`,
    limit: replicas,
    unit: '{count}',
    source: `${METRIC} of redis`,
    minSamples: MIN_READINGS,
    minCoverage: MIN_COVERAGE,
    maxGapMs: maxGapOf(intervalMs),
  });
  const all = own
    .flatMap(({ times, values }) => times.map((t, index) => ({ t, value: values[index] })))
    .filter((reading): reading is { t: number; value: number } => typeof reading.value === 'number')
    .sort((a, b) => a.t - b.t);
  const readings = all.filter(({ t }) => measured !== null && t >= measured.from && t <= measured.to);
  if (measured === null || readings.length === 0) return [inconclusive(rule, 'no_data', `there is no sample of ${METRIC} during the load`)];
  const times = all.map(({ t }) => t);
  const cover = coverOf(times, measured, intervalMs);
  const base = withData(rule, readings.length, steady ? worseCover(cover, coverOf(times, steady, intervalMs)) : cover);
  const least = readings.reduce((min, { value }) => Math.min(min, value), Number.POSITIVE_INFINITY);
  const short = readings.filter(({ value }) => value < replicas).length;
  const evidence = `least of ${counted(readings.length, 'sample')} of ${METRIC}; ${short} of them below ${replicas}`;
  return [short > 0 ? warned(base, true, String(least), least, evidence) : held(base, String(least), least, evidence)];
};
