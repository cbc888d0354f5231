import { percent } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** CPU of the worst backend: of a process one core fully busy is 100 %, of a container all that it may use. */
export const backendCpu: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'backend_cpu',
    title: 'Backend CPU',
    metrics: ['process.cpu.utilization', 'container.cpu.quota_utilization'],
    range: summary.thresholds.resources.backendCpu,
    unit: '1',
    format: percent,
    statistic: 'p95',
    backends: summary.start.backends,
  }),
];
