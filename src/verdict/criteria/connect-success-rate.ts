import { counted, percent } from '../format.js';
import type { Criterion, RowBase } from './criterion.js';
import { inconclusive, judged, NO_LIMIT } from './criterion.js';
import { CONNECT } from './latency.js';
import { saturation } from './saturation.js';

/** More than this share of all opening handshakes succeeded. */
export const connectSuccessRate: Criterion = ({ load, thresholds, generator }) => {
  const limit = thresholds.connectSuccessRate;
  const base: RowBase = {
    id: 'connect_success_rate',
    title: 'WebSocket connect success rate',
    required: true,
    // Nothing is more than all: a limit of 100 % asks for all.
    threshold: limit === null ? '' : limit >= 1 ? '100 %' : `> ${percent(limit)}`,
    limit,
    unit: '1',
  };
  if (limit === null) return [inconclusive(base, NO_LIMIT)];
  const connect = load.tasks.get(CONNECT);
  if (!connect || connect.requests === 0) return [inconclusive(base, 'no connection was attempted')];
  const rate = connect.successes / connect.requests;
  const evidence = `${connect.successes} of ${counted(connect.requests, 'connect')} succeeded`;
  const holds = rate > limit || (limit >= 1 && connect.failures === 0);
  if (holds && generator.saturated) return [inconclusive(base, `${evidence}; ${saturation(generator)}`, percent(rate), rate)];
  return [judged(base, holds ? 'pass' : 'fail', percent(rate), rate, evidence)];
};
