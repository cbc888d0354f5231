import { LatencyHistogram } from '../histogram.js';
import type { CanarySecond } from '../journal/event.js';
import type { Recipient } from '../recipients.js';

/** What is counted between two records. */
export type CanaryCounts = Omit<CanarySecond, 'type' | 't' | 'second' | 'phase'>;

/** A canary without a fate. */
interface Flight {
  recipient?: Recipient;
  sentAt?: number;
  /** When Redis had taken it. */
  acknowledgedAt?: number;
  /** The recipient's socket closed before Redis had taken it. */
  gone: boolean;
}

/** What an arrival means after a canary was counted. */
type Past = 'arrived' | 'absent' | 'withdrawn';

/** So many canaries that were counted are remembered. */
const REMEMBERED = 10_000;

/** Failures are kept by so many messages, and the rest added up. */
const MAX_MESSAGES = 16;
const OTHER = '(other)';

const nothing = () => ({
  published: 0,
  unaddressed: 0,
  received: 0,
  late: 0,
  lost: 0,
  withdrawn: 0,
  duplicates: 0,
  reordered: 0,
  overdue: 0,
});
const noCounts = (): Record<string, number> => Object.create(null) as Record<string, number>;

/**
 * The accounts of canaries: each one that was published gets exactly one of received, late, lost and withdrawn. It knows no clock and no
 * socket; times are Unix ms. Sequence numbers rise.
 */
export class CanaryTracker {
  readonly #limitMs: number;
  readonly #lostAfterMs: number;
  readonly #flights = new Map<number, Flight>();
  readonly #past = new Map<number, Past>();
  /** By the recipient's index, the greatest sequence number that it received. */
  readonly #latest = new Map<number, number>();
  readonly #latency = new LatencyHistogram();
  #counts = nothing();
  #failures = noCounts();
  #lostBy = noCounts();
  #subscribers: number | undefined;

  constructor({ limitMs, lostAfterMs }: { limitMs: number; lostAfterMs: number }) {
    this.#limitMs = limitMs;
    this.#lostAfterMs = lostAfterMs;
  }

  /** How many canaries have no fate yet. */
  get outstanding(): number {
    return this.#flights.size;
  }

  /** One is due: a recipient is looked for. */
  due(seq: number): void {
    this.#flights.set(seq, { gone: false });
  }

  /** Nobody was connected. */
  unaddressed(seq: number): void {
    if (this.#flights.delete(seq)) this.#counts.unaddressed++;
  }

  /** It is on its way to Redis. */
  sent(seq: number, recipient: Recipient, sentAt: number): void {
    const flight = this.#flights.get(seq);
    if (flight) Object.assign(flight, { recipient, sentAt });
  }

  /** Redis has taken it. @param subscribers To so many it was given. */
  acknowledged(seq: number, subscribers: number, at: number): void {
    this.#subscribers = Math.min(this.#subscribers ?? subscribers, subscribers);
    const flight = this.#flights.get(seq);
    // It can be there before Redis has answered: then it was counted as published.
    if (!flight) return;
    this.#counts.published++;
    flight.acknowledgedAt = at;
    if (flight.gone) this.#withdraw(seq);
  }

  /** Redis has not taken it, as far as it says. One that arrived all the same was published and is no failure. */
  refused(seq: number, message: string): void {
    if (!this.#flights.has(seq)) return;
    this.#settle(seq, 'absent');
    this.failed(message);
  }

  /** So many could not even be tried. */
  failed(message: string, count = 1): void {
    const label = message in this.#failures || Object.keys(this.#failures).length < MAX_MESSAGES ? message : OTHER;
    this.#failures[label] = (this.#failures[label] ?? 0) + count;
  }

  /** It came, perhaps again. */
  arrived(seq: number, at: number): void {
    const flight = this.#flights.get(seq);
    if (flight?.recipient && flight.sentAt !== undefined) return this.#deliver(seq, flight.recipient, flight, at - flight.sentAt);
    const past = this.#past.get(seq);
    if (past === 'arrived') this.#counts.duplicates++;
    if (past !== 'absent') return;
    this.#counts.overdue++;
    this.#past.set(seq, 'arrived');
  }

  #deliver(seq: number, { index }: Recipient, { acknowledgedAt }: Flight, elapsedMs: number): void {
    // Arrivals are told through a second clock: what is rounded there must not come out before the send.
    const latencyMs = Math.max(0, elapsedMs);
    if (acknowledgedAt === undefined) this.#counts.published++;
    if (latencyMs <= this.#limitMs) this.#counts.received++;
    else this.#counts.late++;
    this.#latency.record(Math.round(latencyMs * 1000));
    const latest = this.#latest.get(index) ?? -1;
    if (seq < latest) this.#counts.reordered++;
    else this.#latest.set(index, seq);
    this.#settle(seq, 'arrived');
  }

  /** The recipient's socket closed before it came. */
  gone(seq: number): void {
    const flight = this.#flights.get(seq);
    if (flight === undefined) return;
    if (flight.acknowledgedAt === undefined) flight.gone = true;
    else this.#withdraw(seq);
  }

  #withdraw(seq: number): void {
    this.#counts.withdrawn++;
    this.#settle(seq, 'withdrawn');
  }

  /** Those that Redis took long ago and that have not come. Whether they are lost is for their recipients to say. */
  overdue(now: number): number[] {
    const isOverdue = ({ acknowledgedAt = Number.POSITIVE_INFINITY }: Flight) => now - acknowledgedAt >= this.#lostAfterMs;
    return [...this.#flights].filter(([, flight]) => isOverdue(flight)).map(([seq]) => seq);
  }

  /** Gives these up. @param missing Those of them whose recipients are there and have not got them; of the others nothing can be said. */
  giveUp(seqs: readonly number[], missing: ReadonlySet<number>): void {
    for (const seq of seqs) {
      const recipient = this.#flights.get(seq)?.recipient;
      if (!recipient) continue; // It came while they were asked.
      if (missing.has(seq)) this.#lose(seq, recipient);
      else this.#withdraw(seq);
    }
  }

  #lose(seq: number, { address }: Recipient): void {
    this.#counts.lost++;
    this.#lostBy[address] = (this.#lostBy[address] ?? 0) + 1;
    this.#settle(seq, 'absent');
  }

  #settle(seq: number, past: Past): void {
    this.#flights.delete(seq);
    this.#past.set(seq, past);
    this.#past.delete(seq - REMEMBERED);
  }

  /** Everything since the last call. */
  take(): CanaryCounts {
    const { overdue, ...counts } = this.#counts;
    const record: CanaryCounts = {
      ...counts,
      failures: this.#failures,
      lostBy: this.#lostBy,
      latency: this.#latency.drain(),
      ...(overdue > 0 && { overdue }),
      ...(this.#subscribers !== undefined && { subscribers: this.#subscribers }),
    };
    this.#counts = nothing();
    this.#failures = noCounts();
    this.#lostBy = noCounts();
    this.#subscribers = undefined;
    return record;
  }
}
