import type { JournalEvent } from '../../journal/event.js';
import type { SamplerErrorRow } from '../run-result.js';
import { compareText } from './tally.js';

/** Errors of samplers, the same ones counted together. */
export class SamplerErrors {
  readonly #rows = new Map<string, SamplerErrorRow>();

  add({ sampler, message, t }: Extract<JournalEvent, { type: 'sampler.error' }>): void {
    const key = JSON.stringify([sampler, message]);
    const row = this.#rows.get(key) ?? { sampler, message, occurrences: 0, first: t, last: t };
    row.occurrences++;
    row.last = t;
    this.#rows.set(key, row);
  }

  /** Ordered by sampler and message. */
  rows(): SamplerErrorRow[] {
    return [...this.#rows].sort(([a], [b]) => compareText(a, b)).map(([, row]) => row);
  }
}
