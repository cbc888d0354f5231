import { type BenchRun, type Figure, show } from './bench-run.js';
import { type Measurement, measure } from './measure.js';
import { median } from './statistics.js';

const USERS = 10_000;
const SECONDS = 60;
const THINK_TIME_MS: [number, number] = [3_000, 5_000];

/** Resident memory that one user costs, in bytes. */
export const memoryOf = ({ peakRssBytes, idleRssBytes }: Measurement, users: number): number => (peakRssBytes - idleRssBytes) / users;

const failuresOf = ({ report, lost }: Measurement): number => lost + Object.values(report.failures).reduce((sum, times) => sum + times, 0);

/** Ten thousand users that think 3 to 5 s: does the generator see the server's latency, or itself? */
export async function thinkTime({ program, rounds, seconds = SECONDS, mostUsers, record, say }: BenchRun): Promise<Figure[]> {
  const users = Math.min(USERS, mostUsers);
  const bares: Measurement[] = [];
  const engines: Measurement[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [contender, seen] of [['bare', bares] as const, ['engine', engines] as const]) {
      say(`${users} users with think time, round ${round} of ${rounds}: ${contender}`);
      const measured = await measure(program, contender, { users, thinkTimeMs: THINK_TIME_MS }, seconds);
      seen.push(measured);
      record({ measurement: 'think', round, contender, users, rssBytesPerUser: memoryOf(measured, users), ...measured });
    }
  }
  const failures = engines.reduce((sum, measured) => sum + failuresOf(measured), 0);
  const p95 = (seen: readonly Measurement[]) => median(seen.map(({ report }) => report.latency.p95));
  const behind = median(engines.map(({ report }, round) => report.latency.p95 - (bares[round] as Measurement).report.latency.p95));
  const memory = (seen: readonly Measurement[]) => median(seen.map((measured) => memoryOf(measured, users))) / 1024;
  const connects = (seen: readonly Measurement[]) => median(seen.map(({ connectsPerSecond }) => connectsPerSecond));
  return [
    { figure: `${users} users: failures, engine`, value: String(failures), must: '0', holds: failures === 0 },
    { figure: 'p95, bare', value: show(p95(bares), 2, 'ms') },
    { figure: 'p95, engine', value: show(p95(engines), 2, 'ms') },
    { figure: 'p95, engine − bare', value: show(behind, 2, 'ms'), must: '≤ 2 ms', holds: behind <= 2 },
    { figure: 'RSS a user above idle, bare', value: show(memory(bares), 1, 'KB') },
    { figure: 'RSS a user above idle, engine', value: show(memory(engines), 1, 'KB'), must: '≤ 20 KB', holds: memory(engines) <= 20 },
    { figure: 'connects/s, bare', value: show(connects(bares), 0) },
    { figure: 'connects/s, engine (5,000 planned)', value: show(connects(engines), 0), must: '≥ 2500', holds: connects(engines) >= 2500 },
  ];
}
