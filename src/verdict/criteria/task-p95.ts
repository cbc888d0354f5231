import type { LoadCriterion } from './criterion.js';
import { latencyRow } from './latency.js';

/** The id of the row of one task. */
export const taskP95Id = (task: string): string => `${task}_p95`;

/** Each task with a limit is answered fast enough: one row a task, in the configuration's order. */
export const taskP95: LoadCriterion = (facts) =>
  [...facts.thresholds.taskP95Ms].map(([task, limit]) => latencyRow(facts, task, taskP95Id(task), `${task} (p95)`, limit));
