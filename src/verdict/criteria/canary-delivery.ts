import { knownFates } from '../accumulate/canaries.js';
import { clock, counted, millis } from '../format.js';
import type { CanaryOfSecond, CanaryPhase, CanaryTotals } from '../run-result.js';
import { type Criterion, type Facts, inconclusive, judged, type RowBase } from './criterion.js';

/** Seconds in a row of the load of which no canary's fate is known, beyond which part of the load is not covered. */
const MAX_GAP_SECONDS = 10;

/** A plan with fewer canaries than one in some seconds has longer gaps by itself. */
const MAX_GAP_CANARIES = 3;

const PHASES = { before: 'before the load', load: 'during the load', after: 'after the load' } as const satisfies Record<
  CanaryPhase,
  string
>;

/**
 * Messages cross from backend to backend: every canary came once. One that was lost or came twice is a failure, however few there were;
 * that none was is only proven where canaries came all the time.
 */
export const canaryDelivery: Criterion = (facts) => {
  if (facts.start.canary === undefined) return [];
  const base: RowBase = {
    id: 'canary_delivery',
    title: 'Messages cross between the backends',
    required: true,
    threshold: 'each once',
    limit: 0,
    unit: '{count}',
  };
  const { canaries } = facts;
  if (facts.measured === null) return [inconclusive(base, 'no load was sent')];
  if (canaries === null || canaries.published === 0) return [inconclusive(base, nonePublished(canaries))];
  const wrong = canaries.lost + canaries.duplicates;
  const observed = `${canaries.lost} lost, ${canaries.duplicates} twice`;
  const evidence = [...arrived(canaries), ...subscribers(facts)].join('; ');
  if (wrong > 0) return [judged(base, 'fail', observed, wrong, evidence)];
  const problem = uncovered(facts, canaries);
  if (problem !== null) return [inconclusive(base, `${problem}; ${evidence}`, observed, wrong)];
  return [judged(base, 'pass', observed, wrong, evidence)];
};

/** Canaries come fast enough. Late ones have come, so this is only recommended. */
export const canaryP99: Criterion = ({ start, canaries, generator }) => {
  if (start.canary === undefined) return [];
  const { limitMs } = start.canary;
  const base: RowBase = {
    id: 'canary_p99',
    title: 'Time of messages between the backends (p99)',
    required: false,
    threshold: `≤ ${millis(limitMs)}`,
    limit: limitMs,
    unit: 'ms',
  };
  if (!canaries || canaries.latency === null) return [inconclusive(base, 'no canary arrived')];
  const p99 = canaries.latency['99%'];
  const evidence = `99th percentile of ${counted(canaries.received + canaries.late, 'canary', 'canaries')}, ${canaries.late} of them late`;
  if (generator.saturated) return [inconclusive(base, `${evidence}; the load generator itself was saturated`, millis(p99), p99)];
  return [{ ...base, status: p99 <= limitMs ? 'pass' : 'warn', critical: false, observed: millis(p99), value: p99, evidence }];
};

function nonePublished(canaries: CanaryTotals | null): string {
  if (canaries === null) return 'no canary was published';
  const { refused, unaddressed } = canaries;
  if (refused > 0) return `no canary was published: ${refusals(canaries)}`;
  return unaddressed > 0 ? 'no canary was published: no user was connected whenever one was due' : 'no canary was published';
}

const refusals = ({ refused, refusals: messages }: CanaryTotals): string =>
  `${counted(refused, 'publish', 'publishes')} failed (${Object.entries(messages)
    .map(([message, count]) => `${message} ${count}`)
    .join(', ')})`;

/** How many of how many came, and of those that did not: when, and whose. */
function arrived(canaries: CanaryTotals): string[] {
  const { published, received, late, lost, withdrawn, duplicates, reordered, overdue, refused, lostBy, firstLost, firstDuplicate } =
    canaries;
  const from = Object.entries(lostBy).map(([address, count]) => `${address} ${count}`);
  const first = (second: number | null): string => (second === null ? '' : `, the first at ${clock(second * 1000)}`);
  return [
    `${received + late} of ${counted(published, 'canary', 'canaries')} arrived (${phaseCounts(canaries)})`,
    ...(lost > 0 ? [`${lost} lost${first(firstLost)}${from.length > 0 ? `, by source address: ${from.join(', ')}` : ''}`] : []),
    ...(duplicates > 0 ? [`${duplicates} arrived once more${first(firstDuplicate)}`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(reordered > 0 ? [`${reordered} after a later one`] : []),
    ...(overdue > 0 ? [`${overdue} arrived when they had long been given up`] : []),
    ...(withdrawn > 0 ? [`${withdrawn} say nothing, since their user's socket closed`] : []),
    ...(refused > 0 ? [refusals(canaries)] : []),
  ];
}

const phaseCounts = ({ phases }: CanaryTotals): string =>
  (Object.keys(PHASES) as CanaryPhase[])
    .flatMap((phase) => {
      const counts = phases[phase];
      return counts && counts.published > 0 ? [`${PHASES[phase]} ${counts.received + counts.late} of ${counts.published}`] : [];
    })
    .join(', ');

/** What Redis itself says of who listens: in answer to a PUBLISH, and asked by NUMSUB. */
function subscribers({ canaries, series, measured }: Facts): string[] {
  const numsub = series
    .filter(({ name }) => name === 'redis.pubsub.subscribers')
    .flatMap(({ times, values }) => times.map((t, index) => ({ t, value: values[index] })))
    .filter(({ t }) => measured !== null && t >= measured.from && t <= measured.to)
    .flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const least = numsub.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
  return [
    ...(canaries?.leastSubscribers == null ? [] : [`a PUBLISH reached at least ${counted(canaries.leastSubscribers, 'subscriber')}`]),
    ...(numsub.length > 0 ? [`NUMSUB was at least ${least}`] : []),
  ];
}

/** Why "none lost" does not hold for the whole of the load; null when it does. */
function uncovered(facts: Facts, { phases }: CanaryTotals): string | null {
  if (facts.loadEnd === null) return 'the journal does not hold the end of the load';
  for (const phase of Object.keys(PHASES) as CanaryPhase[]) {
    const counts = phases[phase];
    const isMeant = phase === 'load' || (counts?.published ?? 0) > 0;
    if (isMeant && (counts === undefined || knownFates(counts) === 0)) {
      const why = counts && counts.withdrawn > 0 ? `: all ${counts.withdrawn} were withdrawn` : '';
      return `no canary got through ${PHASES[phase]}${why}`;
    }
  }
  return gapProblem(facts);
}

function gapProblem({ canaryHistory, measured, start }: Facts): string | null {
  if (measured === null) return null;
  const from = Math.floor(measured.from / 1000);
  const to = Math.ceil(measured.to / 1000);
  const most = Math.max(MAX_GAP_SECONDS, MAX_GAP_CANARIES / (start.canary?.perSecond ?? 1));
  let before = from;
  for (const second of [...known(canaryHistory, from, to), to]) {
    const seconds = second - before;
    if (seconds > most) return `of ${seconds} s from ${clock(before * 1000)} on the fate of no canary is known`;
    before = second + 1;
  }
  return null;
}

/** Seconds of the load in which a canary's fate became known, in the order of time. */
const known = (history: readonly CanaryOfSecond[], from: number, to: number): number[] =>
  history.filter((row) => row.second >= from && row.second < to && knownFates(row) > 0).map(({ second }) => second);
