import type { JournalEvent, Sample } from '../../journal/event.js';

type SampleEvent = Extract<JournalEvent, { type: 'sample' }>;

/** A reading stands for the present until three in a row are missing, and this long at least. */
const LEAST_MS = 10_000;
const MISSING = 3;

/** Whatever names a target gives its parts, the memory of a long run stays bounded. */
const MOST = 5_000;

/** Metrics of which something is shown, by how their names begin. */
const SHOWN = ['redis.', 'process.', 'container.', 'backend.', 'log.matches', 'nginx.connections_current', 'generator.'];

/**
 * The last readings of the samplers. The container that something runs in is no part of its name: one that takes another's place goes on
 * with its readings.
 */
export class Readings {
  readonly #readings = new Map<string, { value: number; until: number }>();

  /** @param intervalMs Between two readings of a sampler that does not say so itself. */
  add({ t, samples, intervalMs: own }: SampleEvent, intervalMs: number): void {
    const until = t + Math.max(LEAST_MS, MISSING * (own ?? intervalMs));
    for (const sample of samples) {
      if (!SHOWN.some((prefix) => sample.name.startsWith(prefix))) continue;
      const key = keyOf(sample.name, sample.attributes);
      if (this.#readings.size < MOST || this.#readings.has(key)) this.#readings.set(key, { value: sample.value, until });
    }
  }

  /** Undefined where there is none, or none that stands for the present. @param now Unix ms. */
  get(name: string, attributes: Sample['attributes'], now: number): number | undefined {
    const reading = this.#readings.get(keyOf(name, attributes));
    return reading && reading.until >= now ? reading.value : undefined;
  }

  /** The first of these that there is. */
  first(names: readonly string[], attributes: Sample['attributes'], now: number): number | undefined {
    for (const name of names) {
      const value = this.get(name, attributes, now);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

const keyOf = (name: string, attributes: Sample['attributes'] = {}): string =>
  JSON.stringify([
    name,
    ...Object.entries(attributes)
      .filter(([key]) => key !== 'container')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
