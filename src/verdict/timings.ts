import { compareText } from './accumulate/tally.js';
import type { Distribution } from './distribution.js';
import type { TimingRow } from './run-result.js';
import { percentilesMs } from './statistics.js';

/** The order in which things happen; what is not here comes after, by name. */
const ORDER = ['handshake.dns', 'handshake.tcp', 'handshake.tls', 'handshake.upgrade', 'reconnect'];

const rankOf = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/** How long things other than tasks took. */
export function timingRows(timings: ReadonlyMap<string, Distribution>): TimingRow[] {
  return [...timings]
    .sort(([a], [b]) => rankOf(a) - rankOf(b) || compareText(a, b))
    .flatMap(([name, distribution]) => {
      const latency = percentilesMs(distribution);
      return latency === null ? [] : [{ name, count: distribution.count, latency }];
    });
}
