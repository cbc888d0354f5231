import { visible } from '../../report/text.js';

/** `bad` is what counts against the target or the evidence, `note` anything that is worth a look, `plan` what was meant to happen. */
export type Weight = 'plan' | 'note' | 'bad';

export interface RecentEvent {
  /** Unix ms, of the last time that it happened. */
  t: number;
  /** Without control characters. */
  text: string;
  weight: Weight;
  /** How often it happened. */
  count: number;
}

const KEPT = 50;
const LONGEST = 500;

/** The last things that happened. What happens again moves to the end and is counted: a sampler that fails each second hides nothing else. */
export class RecentEvents {
  readonly #events = new Map<string, RecentEvent>();

  /** @param count How many of it happened at once. @param last The name of something of which only the last text is of interest. */
  add(t: number, weight: Weight, text: string, { count = 1, last }: { count?: number; last?: string } = {}): void {
    // Half of a character pair at the cut would be drawn as anything.
    const shown = visible(text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, ''));
    const key = last ?? shown;
    const before = last === undefined ? (this.#events.get(key)?.count ?? 0) : 0;
    this.#events.delete(key);
    this.#events.set(key, { t, weight, text: shown, count: before + count });
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= KEPT) break;
      this.#events.delete(oldest);
    }
  }

  /** The newest first. */
  newest(count: number): RecentEvent[] {
    return [...this.#events.values()].reverse().slice(0, count);
  }

  get size(): number {
    return this.#events.size;
  }
}
