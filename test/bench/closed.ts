import { type BenchRun, type Figure, show } from './bench-run.js';
import { type Measurement, measure, measurePeer, type Observation } from './measure.js';
import { PEERS, type Peer } from './peers.js';
import { median } from './statistics.js';

const USERS = 200;
const SECONDS = 8;

/** CPU of one round trip in µs. */
const costOf = ({ generatorCpuSeconds, roundTrips }: Observation): number => (generatorCpuSeconds / roundTrips) * 1e6;

const rate = ({ roundTripsPerSecond }: Observation): number => roundTripsPerSecond;

/** 200 users that send again as soon as they have their reply: what does a round trip cost, beside a bare loop and beside others? */
export async function closedLoop({ program, rounds, seconds = SECONDS, record, say }: BenchRun): Promise<Figure[]> {
  const bares: Measurement[] = [];
  const engines: Measurement[] = [];
  const peers = PEERS.filter(({ missing }) => missing === undefined).map((peer) => ({ peer, seen: [] as Observation[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const [contender, seen] of [['bare', bares] as const, ['engine', engines] as const]) {
      say(`closed loop, round ${round} of ${rounds}: ${contender}`);
      const measured = await measure(program, contender, { users: USERS, thinkTimeMs: [0, 0], spawnRate: 10_000 }, seconds);
      seen.push(measured);
      record({ measurement: 'closed', round, contender, users: USERS, cpuMicrosPerRoundTrip: costOf(measured), ...measured });
    }
    for (const { peer, seen } of peers) {
      say(`closed loop, round ${round} of ${rounds}: ${peer.name}`);
      const measured = await measurePeer(program, (port, core) => peer.start(port, core, USERS, seconds), USERS, seconds);
      seen.push(measured);
      record({ measurement: 'closed', round, contender: peer.name, users: USERS, cpuMicrosPerRoundTrip: costOf(measured), ...measured });
    }
  }
  const cost = ratio(engines, bares, costOf);
  const failures = [...bares, ...engines].reduce((sum, { report }) => sum + Object.keys(report.failures).length, 0);
  return [
    { figure: 'CPU a round trip, bare', value: show(median(bares.map(costOf)), 1, 'µs') },
    { figure: 'CPU a round trip, engine', value: show(median(engines.map(costOf)), 1, 'µs') },
    { figure: 'CPU a round trip, engine ÷ bare', value: show(cost, 3), must: '≤ 1.15', holds: cost <= 1.15 },
    { figure: 'round trips/s, bare', value: show(median(bares.map(rate)), 0) },
    { figure: 'round trips/s, engine', value: show(median(engines.map(rate)), 0) },
    { figure: 'round trips/s, engine ÷ bare', value: show(ratio(engines, bares, rate), 3) },
    { figure: 'kinds of failure seen', value: String(failures), must: '0', holds: failures === 0 },
    ...PEERS.flatMap((peer) => besidePeer(peer, engines, peers.find((measured) => measured.peer === peer)?.seen ?? [])),
  ];
}

/** The median of the ratios of each round: machines drift, and a round is short. */
function ratio<T extends Observation>(of: readonly T[], to: readonly Observation[], value: (seen: Observation) => number): number {
  return median(of.map((seen, round) => value(seen) / (to[round] ? value(to[round]) : Number.NaN)));
}

/** A peer that keeps its core busy all the time shows the same twice; one that does not is slower than it is dear. */
function besidePeer({ name, missing, atLeast }: Peer, engines: readonly Measurement[], seen: readonly Observation[]): Figure[] {
  const figure = `round trips/s, engine ÷ ${name}`;
  const must = `≥ ${atLeast}`;
  if (missing !== undefined) return [{ figure, value: missing, must }];
  const times = ratio(engines, seen, rate);
  return [
    { figure, value: show(times, 2), must, holds: times >= atLeast },
    { figure: `CPU a round trip, engine ÷ ${name}`, value: show(ratio(engines, seen, costOf), 3) },
  ];
}
