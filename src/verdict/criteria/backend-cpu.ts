import { percent } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** CPU of the worst backend; one core fully busy is 100 %. */
export const backendCpu: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'backend_cpu',
    title: 'Backend CPU',
    metric: 'process.cpu.utilization',
    range: summary.thresholds.resources.backendCpu,
    unit: '1',
    format: percent,
    statistic: 'p95',
    backends: summary.start.backends,
  }),
];
