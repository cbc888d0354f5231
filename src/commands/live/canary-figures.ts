import type { CanarySecond } from '../../journal/event.js';
import { sumOf } from '../../verdict/accumulate/tally.js';
import { Distribution } from '../../verdict/distribution.js';

/** Canaries of the whole run so far, also those before the load. */
export class CanaryFigures {
  published = 0;
  received = 0;
  late = 0;
  lost = 0;
  duplicates = 0;
  refused = 0;
  readonly #latency = new Distribution();

  add(second: CanarySecond): void {
    this.published += second.published;
    this.received += second.received;
    this.late += second.late;
    this.lost += second.lost;
    this.duplicates += second.duplicates;
    this.refused += sumOf(second.failures);
    this.#latency.add(second.latency);
  }

  /** In ms; undefined before the first one has arrived. */
  get p99(): number | undefined {
    const micros = this.#latency.percentile(0.99);
    return micros === undefined ? undefined : micros / 1000;
  }
}
