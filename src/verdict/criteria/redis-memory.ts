import { bytes } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** Memory that Redis uses for its data. */
export const redisMemory: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'redis_memory',
    title: 'Redis memory',
    metrics: ['redis.memory.used'],
    range: summary.thresholds.resources.redisMemoryBytes,
    unit: 'By',
    format: bytes,
    statistic: 'peak',
  }),
];
