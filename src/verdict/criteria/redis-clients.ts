import { decimal } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** Clients of Redis. */
export const redisClients: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'redis_clients',
    title: 'Redis connected clients',
    metrics: ['redis.clients.connected'],
    range: summary.thresholds.resources.redisClients,
    unit: '{count}',
    format: (value) => decimal(value, 0),
    statistic: 'peak',
  }),
];
