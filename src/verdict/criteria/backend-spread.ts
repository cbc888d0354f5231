import type { Cover } from '../coverage.js';
import { counted, decimal, percent } from '../format.js';
import type { SampleSeries } from '../run-result.js';
import { baseOf, type Criterion, type Facts, held, inconclusive, type RowBase, shortage, warned, withData } from './criterion.js';
import { MIN_COVERAGE, maxGapOf, rangeText, readingsOf } from './range.js';

const METRIC = 'backend.connections';

const MIN_READINGS = 2;

/** Deviations of fewer of these from the mean can be chance: balancers that do not count connections deal them out as dice would. */
const CHANCE = 3;

interface Backend {
  name: string;
  mean: number;
  samples: number;
  cover: Cover;
}

/**
 * The connections are spread evenly: each backend's mean over the steady time lies near the mean of all. Absent in journals from before it
 * was there, and where no backend's connections could be counted since none is configured.
 */
export const backendSpread: Criterion = (facts) => {
  const { thresholds, start, series, measured, steady } = facts;
  const range = thresholds.resources.backendSpread;
  if (range === null) return [];
  const own = series.filter(({ name, attributes }) => name === METRIC && attributes.backend !== undefined);
  if (own.length === 0 && start.backends.length === 0) return [];
  const window = steady ?? measured;
  const intervalMs = Math.max(start.sampleIntervalMs, ...own.map((one) => one.intervalMs));
  const rule = baseOf(
    { ...facts, measured: window },
    {
      id: 'backend_spread',
      title: 'Spread over the backends',
      required: false,
      threshold: `each ${rangeText(range, percent)} from the mean`,
      limit: range.warning,
      criticalLimit: range.critical,
      unit: '1',
      source: METRIC,
      minSamples: MIN_READINGS,
      minCoverage: MIN_COVERAGE,
      maxGapMs: maxGapOf(intervalMs),
    },
  );
  if (window === null) return [inconclusive(rule, 'no_load', 'there is no time in which all users were meant to be there')];
  const backends = backendsOf(own, window);
  const known = backends.map(({ name }) => name);
  const poorest = backends.reduce<Backend | undefined>((least, one) => (least && least.samples <= one.samples ? least : one), undefined);
  if (!poorest) return [inconclusive(rule, 'no_data', `there is no sample of ${METRIC} in the steady time`)];
  const base: RowBase = { ...withData(rule, poorest.samples, poorest.cover), source: `${METRIC} of ${samplers(own)}` };
  const unread = [...new Set([...start.backends])].filter((name) => !known.includes(name));
  if (backends.length === 1) return [alone(base, facts, unread)];

  const mean = backends.reduce((sum, one) => sum + one.mean, 0) / backends.length;
  const evidence = `${backends.map((one) => `${one.name} ${decimal(one.mean, 1)}`).join(', ')} connections on average, ${unknownReplicas(facts)}`;
  if (mean === 0) return [inconclusive(base, 'no_data', `no backend had a connection in the steady time`)];
  const furthest = Math.max(...backends.map((one) => Math.abs(one.mean - mean)));
  const share = furthest / mean;
  // With one connection between them they are as even as can be.
  const isEven = share <= range.warning || Math.max(...backends.map((one) => one.mean)) - Math.min(...backends.map((one) => one.mean)) <= 1;
  if (!isEven && furthest <= CHANCE * Math.sqrt(mean)) {
    const few = `so few connections can fall like this by chance`;
    return [inconclusive(base, 'too_few_samples', `${evidence}; ${few}`, percent(share), share)];
  }
  if (!isEven) return [warned(base, share > range.critical, percent(share), share, evidence)];
  if (unread.length > 0 || backends.length < start.replicas) {
    const which = unread.length > 0 ? `of ${unread.join(', ')}` : `of ${start.replicas - backends.length} more`;
    return [inconclusive(base, 'no_data', `${evidence}; no samples ${which}`, percent(share), share)];
  }
  const poor = backends.find((one) => shortage(withData(base, one.samples, one.cover)) !== null);
  return [held(poor ? withData(base, poor.samples, poor.cover) : base, percent(share), share, evidence)];
};

/** One backend has nothing to spread over, unless there are others that nobody reads. */
function alone(base: RowBase, { start }: Facts, unread: readonly string[]) {
  if (unread.length > 0 || start.replicas > 1) {
    const of = unread.length > 0 ? unread.join(', ') : counted(start.replicas - 1, 'other backend');
    return inconclusive(base, 'no_data', `no samples of ${of}`);
  }
  if (start.replicas === 0) return inconclusive(base, 'no_data', 'one backend was read, and how many there are is not known');
  return held(base, 'one backend', 0, 'there is one backend, so there is nothing to be spread over');
}

const unknownReplicas = ({ start }: Facts): string =>
  start.replicas === 0 ? 'as far as backends are known (nobody said how many there are)' : `of ${counted(start.replicas, 'replica')}`;

const samplers = (series: readonly SampleSeries[]): string => [...new Set(series.map(({ sampler }) => sampler))].join(', ');

/** Series of one backend belong together: one that was replaced has a series for each of its containers. */
function backendsOf(series: readonly SampleSeries[], window: { from: number; to: number }): Backend[] {
  const groups = new Map<string, SampleSeries[]>();
  for (const one of series) {
    const name = one.attributes.backend ?? '';
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups].flatMap(([name, group]) => {
    const { values, cover } = readingsOf(group, window, null);
    if (values.length === 0) return [];
    return [{ name, mean: values.reduce((sum, value) => sum + value, 0) / values.length, samples: values.length, cover }];
  });
}
