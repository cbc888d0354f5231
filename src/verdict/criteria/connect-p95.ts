import type { Criterion } from './criterion.js';
import { CONNECT, latencyRow } from './latency.js';

/** Opening handshakes are fast enough. */
export const connectP95: Criterion = (summary) => [
  latencyRow(summary, CONNECT, 'connect_p95', 'Connect time (p95)', summary.thresholds.connectP95Ms),
];
