import { counted } from '../format.js';
import { type Criterion, inconclusive, type RowBase } from './criterion.js';

const METRIC = 'redis.pubsub.subscribers';

/**
 * Every replica listens on the Pub/Sub channel the whole time. A listener that dies is seen nowhere else: its backend goes on
 * answering, `/health` too, and only messages from other backends no longer arrive. Judged where Redis is watched.
 */
export const pubsubSubscribers: Criterion = ({ start, series, measured }) => {
  const { replicas } = start;
  if (replicas === 0 || !start.samplers.includes('redis')) return [];
  const base: RowBase = {
    id: 'pubsub_subscribers',
    title: 'Pub/Sub subscribers',
    required: false,
    threshold: `≥ ${replicas}`,
    limit: replicas,
    unit: '{count}',
  };
  const readings = series
    .filter(({ name }) => name === METRIC)
    .flatMap(({ times, values }) => times.map((t, index) => ({ t, value: values[index] })))
    .filter((reading): reading is { t: number; value: number } => typeof reading.value === 'number')
    .filter(({ t }) => measured !== null && t >= measured.from && t <= measured.to);
  if (readings.length === 0) return [inconclusive(base, `there is no sample of ${METRIC} during the load`)];
  const least = readings.reduce((min, { value }) => Math.min(min, value), Number.POSITIVE_INFINITY);
  const short = readings.filter(({ value }) => value < replicas).length;
  const evidence = `least of ${counted(readings.length, 'sample')} of ${METRIC}; ${short} of them below ${replicas}`;
  const isShort = short > 0;
  return [{ ...base, status: isShort ? 'warn' : 'pass', critical: isShort, observed: String(least), value: least, evidence }];
};
