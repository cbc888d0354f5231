import type { LoadCriterion } from './criterion.js';
import { CONNECT, latencyRow } from './latency.js';

/** Opening handshakes are fast enough. */
export const connectP95: LoadCriterion = (facts) => [
  latencyRow(facts, CONNECT, 'connect_p95', 'Connect time (p95)', facts.thresholds.connectP95Ms),
];
