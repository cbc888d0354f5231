import { type BenchRun, type Figure, show } from './bench-run.js';
import { type Measurement, measure } from './measure.js';
import type { Percentiles } from './meter.js';
import { median } from './statistics.js';

const USERS = 200;
const SECONDS = 10;
const DELAYS_MS = [5, 50, 500];
const STALL_MS = 2_000;

/** Far from any limit, so that what is measured is the delay; at random, so that users do not fall into step. */
const THINK_TIME_MS: [number, number] = [50, 150];

/** The stall begins so long after the first connect: in the time that is measured, also when the seconds are few. */
const STALL_AT_SECONDS = 3;

/** A server that is known to be slow, and one that stands still once: do the figures say so? */
export async function latencyTruth(bench: BenchRun): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const delayMs of DELAYS_MS) figures.push(...(await delayed(bench, delayMs)));
  return [...figures, ...(await stalled(bench))];
}

async function delayed({ program, rounds, seconds = SECONDS, record, say }: BenchRun, delayMs: number): Promise<Figure[]> {
  const seen: Percentiles[] = [];
  const serverLate: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`latency truth, a delay of ${delayMs} ms, round ${round} of ${rounds}`);
    const measured = await measure(program, 'engine', { users: USERS, thinkTimeMs: THINK_TIME_MS }, seconds, { delayMs });
    seen.push(measured.report.latency);
    serverLate.push(measured.serverLateP99Ms);
    record({ measurement: 'truth', round, contender: 'engine', users: USERS, delayMs, ...measured });
  }
  const percentiles = (['p50', 'p95', 'p99'] as const).map((name) => median(seen.map((latency) => latency[name])));
  const allowed = Math.max(1, delayMs / 100);
  return [
    {
      figure: `replies delayed by ${delayMs} ms: p50 / p95 / p99`,
      value: `${percentiles.map((value) => show(value, 2)).join(' / ')} ms`,
      must: `± ${allowed} ms`,
      holds: percentiles.every((value) => Math.abs(value - delayMs) <= allowed),
    },
    { figure: '… of which the server itself, p99', value: show(median(serverLate), 1, 'ms') },
  ];
}

/**
 * In the paced rhythm a message falls due whether or not the last was answered, so every one that fell due in the stall is a
 * witness of it, and the p99 can be told beforehand. In the closed rhythm each user waits once for the whole stall and sends
 * nothing meanwhile: one long latency among many short ones, which a p99 does not show. That is what the paced rhythm is for,
 * and both are shown, each by both clocks.
 */
async function stalled({ program, rounds, seconds = 2 * SECONDS, record, say }: BenchRun): Promise<Figure[]> {
  const seen = { paced: [] as Measurement[], closed: [] as Measurement[] };
  for (let round = 1; round <= rounds; round++) {
    for (const rhythm of ['paced', 'closed'] as const) {
      say(`latency truth, a stall of ${STALL_MS} ms, ${rhythm}, round ${round} of ${rounds}`);
      const stall = { atSeconds: STALL_AT_SECONDS, ms: STALL_MS };
      const lasting = Math.max(seconds, STALL_AT_SECONDS + STALL_MS / 1000);
      const measured = await measure(program, 'engine', { users: USERS, thinkTimeMs: THINK_TIME_MS, rhythm }, lasting, { stall });
      seen[rhythm].push(measured);
      record({ measurement: 'truth', round, contender: 'engine', users: USERS, stall, rhythm, ...measured });
    }
  }
  const p99 = (list: readonly Measurement[], clock: 'latency' | 'intended') =>
    median(list.map(({ report }) => report[clock]?.p99 ?? Number.NaN));
  const intended = p99(seen.paced, 'intended');
  // What falls due x ms before the end of the stall waits for x ms: all but the last hundredth of all messages wait for less than this.
  const expected = median(seen.paced.map((measured) => STALL_MS - measured.seconds * 10));
  return [
    {
      figure: `a stall of ${STALL_MS} ms, paced: p99 from the intended send`,
      value: show(intended, 0, 'ms'),
      must: `${show(expected, 0)} ± 5 %`,
      holds: Math.abs(intended - expected) <= expected * 0.05,
    },
    { figure: '… from the actual send', value: show(p99(seen.paced, 'latency'), 0, 'ms') },
    { figure: '… closed: p99 from the intended send', value: show(p99(seen.closed, 'intended'), 0, 'ms') },
    { figure: '… from the actual send', value: show(p99(seen.closed, 'latency'), 0, 'ms') },
  ];
}
