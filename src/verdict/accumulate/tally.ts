/** Counts by label. A map, so that a label such as `__proto__` is a label. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(counts: Readonly<Record<string, number>>): void {
    for (const [label, count] of Object.entries(counts)) this.#counts.set(label, (this.#counts.get(label) ?? 0) + count);
  }

  /** Takes away counts that were added before. */
  remove(counts: Readonly<Record<string, number>>): void {
    for (const [label, count] of Object.entries(counts)) this.#counts.set(label, (this.#counts.get(label) ?? 0) - count);
  }

  /** Sum of all counts. */
  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  get(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  /** In the order of the labels. */
  toRecord(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => compareText(a, b)));
  }
}

/** Sum of all counts of a record. */
export const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Order by code units: the same on every machine, whatever its language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
