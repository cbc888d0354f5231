import type { Criterion } from './criterion.js';
import { latencyRow } from './latency.js';

/** Each task with a limit is answered fast enough: one row a task, in the configuration's order. */
export const taskP95: Criterion = (summary) =>
  [...summary.thresholds.taskP95Ms].map(([task, limit]) => latencyRow(summary, task, `${task}_p95`, `${task} (p95)`, limit));
