import { percent } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** Memory of the worst backend, as a share of the machine's or, of a container, of its limit. */
export const backendMemory: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'backend_memory',
    title: 'Backend memory',
    metrics: ['process.memory.utilization', 'container.memory.utilization'],
    range: summary.thresholds.resources.backendMemory,
    unit: '1',
    format: percent,
    statistic: 'p95',
    backends: summary.start.backends,
  }),
];
