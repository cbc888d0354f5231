export type Attributes = Readonly<Record<string, string>>;

/** What a target says can be anything: beyond so many series of one metric, the others are counted together. */
const MOST_SERIES = 1000;

const OTHER = 'other';

/** Values by their attributes. */
export class SeriesSet<Value> {
  readonly #series = new Map<string, { attributes: Attributes; value: Value }>();

  /** The value with these attributes, or of all others when there are too many. */
  change(attributes: Attributes, change: (value: Value | undefined) => Value): void {
    const known = this.#series.get(keyOf(attributes));
    if (known) {
      known.value = change(known.value);
      return;
    }
    const fits = this.#series.size < MOST_SERIES;
    const kept = fits ? attributes : Object.fromEntries(Object.keys(attributes).map((name) => [name, OTHER]));
    const key = keyOf(kept);
    this.#series.set(key, { attributes: kept, value: change(this.#series.get(key)?.value) });
  }

  clear(): void {
    this.#series.clear();
  }

  all(): { attributes: Attributes; value: Value }[] {
    return [...this.#series.values()];
  }
}

const keyOf = (attributes: Attributes): string => JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
