import { counted } from '../format.js';
import { GENERATOR_MEASURES } from '../generator.js';
import type { GeneratorHealth } from '../run-result.js';

type Limits = GeneratorHealth['limits'];

/** What it means that a second is beyond a limit. */
const BEYOND: Record<(typeof GENERATOR_MEASURES)[number], (limits: Limits) => string> = {
  loopDelayMs: (limits) => `event loop blocked for more than ${limits.loopDelayMs} ms`,
  utilization: (limits) => `event loop busy for more than ${limits.utilization * 100} % of the second`,
  lagMs: (limits) => `a message sent more than ${limits.lagMs} ms late`,
  gcMs: (limits) => `more than ${limits.gcMs} ms of garbage collection`,
  failures: () => "connects refused by the generator's own machine",
};

/** In which seconds the generator did not keep up, and by which limit: why nothing can be said of latency and capacity then. */
export function saturation({ seconds, saturatedSeconds, missingSeconds, beyond, limits }: GeneratorHealth): string {
  const limitsMet = GENERATOR_MEASURES.filter((measure) => beyond[measure] > 0);
  const causes = limitsMet.map((measure) => `${BEYOND[measure](limits)} in ${beyond[measure]}`);
  if (missingSeconds > 0) causes.push(`no record of ${missingSeconds}`);
  return `the load generator itself was saturated in ${saturatedSeconds} of ${counted(seconds, 'second')} (${causes.join(', ')})`;
}
