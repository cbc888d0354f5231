import type { CanarySecond } from '../../journal/event.js';
import { Distribution, percentilesOf } from '../distribution.js';
import type { CanaryCounts, CanaryOfSecond, CanaryPhase, CanaryTotals } from '../run-result.js';
import { sumOf, Tally } from './tally.js';

/** How canaries are judged: `canary` of `run.start`. */
export interface CanaryRule {
  perSecond: number;
  limitMs: number;
  lostAfterMs: number;
}

const COUNTS = ['published', 'unaddressed', 'received', 'late', 'lost', 'withdrawn', 'duplicates', 'reordered'] as const;

/** Adds up canaries. */
export class Canaries {
  readonly #rule: CanaryRule | undefined;
  readonly #latency = new Distribution();
  readonly #refusals = new Tally();
  readonly #lostBy = new Tally();
  readonly #phases = new Map<CanaryPhase, CanaryCounts>();
  /** By second and phase; a second that was written twice is one row. */
  readonly #rows = new Map<string, CanaryOfSecond>();
  #firstLost: number | null = null;
  #firstDuplicate: number | null = null;
  #leastSubscribers: number | null = null;

  constructor(rule: CanaryRule | undefined) {
    this.#rule = rule;
  }

  add(event: CanarySecond): void {
    const { second, phase, latency } = event;
    this.#latency.add(latency);
    this.#refusals.add(event.failures);
    this.#lostBy.add(event.lostBy);
    if (event.lost > 0) this.#firstLost = least(this.#firstLost, second);
    if (event.duplicates > 0) this.#firstDuplicate = least(this.#firstDuplicate, second);
    if (event.subscribers !== undefined) this.#leastSubscribers = least(this.#leastSubscribers, event.subscribers);
    const counts = this.#phases.get(phase) ?? noCounts();
    this.#phases.set(phase, counts);
    addCounts(counts, event);
    this.#addRow(event);
  }

  /** Null where nothing says that canaries were sent. */
  totals(): CanaryTotals | null {
    if (this.#rule === undefined && this.#rows.size === 0) return null;
    const sum = noCounts();
    for (const counts of this.#phases.values()) for (const count of [...COUNTS, 'refused', 'overdue'] as const) sum[count] += counts[count];
    return {
      ...sum,
      perSecond: this.#rule?.perSecond ?? null,
      limitMs: this.#rule?.limitMs ?? null,
      lostAfterMs: this.#rule?.lostAfterMs ?? null,
      phases: Object.fromEntries(this.#phases),
      lostBy: this.#lostBy.toRecord(),
      refusals: this.#refusals.toRecord(),
      firstLost: this.#firstLost,
      firstDuplicate: this.#firstDuplicate,
      leastSubscribers: this.#leastSubscribers,
      latency: this.#percentiles(),
    };
  }

  /** In the order of time. */
  history(): CanaryOfSecond[] {
    return [...this.#rows.values()].sort((a, b) => a.second - b.second);
  }

  #addRow(event: CanarySecond): void {
    const { second, phase } = event;
    const key = `${second} ${phase}`;
    const row = this.#rows.get(key) ?? { second, phase, ...noCounts(), p50Ms: null, p99Ms: null, subscribers: null };
    this.#rows.set(key, row);
    addCounts(row, event);
    if (event.subscribers !== undefined) row.subscribers = least(row.subscribers, event.subscribers);
    const quantiles = percentilesOf([event.latency], [0.5, 0.99]);
    if (quantiles === undefined) return;
    row.p50Ms = Math.max(row.p50Ms ?? 0, (quantiles[0] as number) / 1000);
    row.p99Ms = Math.max(row.p99Ms ?? 0, (quantiles[1] as number) / 1000);
  }

  #percentiles(): CanaryTotals['latency'] {
    if (this.#latency.count === 0) return null;
    const at = (share: number): number => (this.#latency.percentile(share) ?? 0) / 1000;
    return { '50%': at(0.5), '95%': at(0.95), '99%': at(0.99), '100%': at(1) };
  }
}

/** How many canaries have come to an end that says something. */
export const knownFates = ({ received, late, lost }: CanaryCounts): number => received + late + lost;

const least = (known: number | null, one: number): number => (known === null ? one : Math.min(known, one));

const noCounts = (): CanaryCounts => ({
  published: 0,
  unaddressed: 0,
  refused: 0,
  received: 0,
  late: 0,
  lost: 0,
  withdrawn: 0,
  duplicates: 0,
  reordered: 0,
  overdue: 0,
});

function addCounts(counts: CanaryCounts, event: CanarySecond): void {
  for (const count of COUNTS) counts[count] += event[count];
  counts.refused += sumOf(event.failures);
  counts.overdue += event.overdue ?? 0;
}
