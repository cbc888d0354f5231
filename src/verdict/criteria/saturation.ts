import { counted } from '../format.js';
import type { GeneratorHealth } from '../run-result.js';

/** Why nothing can be said of latency and capacity when the generator did not keep up. */
export function saturation({ seconds, saturatedSeconds, missingSeconds, limits }: GeneratorHealth): string {
  const missing = missingSeconds > 0 ? `, ${missingSeconds} of them without a record` : '';
  return (
    `the load generator itself was saturated in ${saturatedSeconds} of ${counted(seconds, 'second')}${missing} ` +
    `(event loop blocked for more than ${limits.loopDelayMs} ms or busy for more than ${limits.utilization * 100} % of a second)`
  );
}
