import { knownFates } from '../accumulate/canaries.js';
import { type Cover, type Span, secondsCover } from '../coverage.js';
import { clock, counted } from '../format.js';
import type { CanaryPhase, CanaryTotals, CriterionCode } from '../run-result.js';
import { BUILT_IN, baseOf, type Criterion, type Facts, failed, held, inconclusive, NO_LOAD, withData } from './criterion.js';

/** Seconds in a row of the load of which no canary's fate is known, beyond which part of the load is not covered. */
const MAX_GAP_SECONDS = 10;

/** Fewer whose fate is known prove no delivery. */
const MIN_CANARIES = 10;

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
  const most = maxGapSeconds(facts);
  const rule = baseOf(facts, {
    id: 'canary_delivery',
    title: 'Messages cross between the backends',
    required: true,
    threshold: 'each once',
    limit: 0,
    unit: '{count}',
    source: 'canaries',
    thresholdFrom: BUILT_IN,
    minSamples: MIN_CANARIES,
    maxGapMs: most * 1000,
  });
  const { canaries } = facts;
  if (facts.measured === null) return [inconclusive(rule, 'no_load', NO_LOAD)];
  if (canaries === null || canaries.published === 0) return [inconclusive(rule, 'no_data', nonePublished(canaries))];
  const base = withData(rule, knownFates(canaries), canaryCover(facts));
  const wrong = canaries.lost + canaries.duplicates;
  const observed = `${canaries.lost} lost, ${canaries.duplicates} twice`;
  const evidence = [...arrived(canaries), ...subscribers(facts)].join('; ');
  if (wrong > 0) return [failed(base, observed, wrong, evidence)];
  const problem = uncovered(facts, canaries);
  if (problem !== null) return [inconclusive(base, problem.code, `${problem.text}; ${evidence}`, observed, wrong)];
  return [held(base, observed, wrong, evidence)];
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
function uncovered(facts: Facts, { phases }: CanaryTotals): { code: CriterionCode; text: string } | null {
  if (facts.loadEnd === null) return { code: 'cut_off', text: 'the journal does not hold the end of the load' };
  for (const phase of Object.keys(PHASES) as CanaryPhase[]) {
    const counts = phases[phase];
    const isMeant = phase === 'load' || (counts?.published ?? 0) > 0;
    if (isMeant && (counts === undefined || knownFates(counts) === 0)) {
      const why = counts && counts.withdrawn > 0 ? `: all ${counts.withdrawn} were withdrawn` : '';
      return { code: 'no_data', text: `no canary got through ${PHASES[phase]}${why}` };
    }
  }
  const gap = firstGap(facts);
  return gap && { code: 'gap', text: `of ${gap.seconds} s from ${clock(gap.from * 1000)} on the fate of no canary is known` };
}

const maxGapSeconds = ({ start }: Facts): number => Math.max(MAX_GAP_SECONDS, MAX_GAP_CANARIES / (start.canary?.perSecond ?? 1));

/** The first time in the load, in Unix seconds, of which the fate of canaries is unknown for too long; null when there is none. */
function firstGap(facts: Facts): { from: number; seconds: number } | null {
  const window = secondsOf(facts);
  if (window === null) return null;
  let before = window.from;
  for (const second of [...knownSeconds(facts, window), window.to]) {
    const seconds = second - before;
    if (seconds > maxGapSeconds(facts)) return { from: before, seconds };
    before = second + 1;
  }
  return null;
}

function canaryCover(facts: Facts): Cover | null {
  const window = secondsOf(facts);
  return window && secondsCover(knownSeconds(facts, window), window.from, window.to);
}

const secondsOf = ({ measured }: Facts): Span | null =>
  measured && { from: Math.floor(measured.from / 1000), to: Math.ceil(measured.to / 1000) };

/** Seconds of the load in which a canary's fate became known, in the order of time. */
function knownSeconds({ canaryHistory }: Facts, { from, to }: Span): number[] {
  const known = canaryHistory.filter((row) => row.second >= from && row.second < to && knownFates(row) > 0);
  return [...new Set(known.map(({ second }) => second))];
}
