import { build, type Histogram } from 'hdr-histogram-js';

/** Percentiles in ms. */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** What a generator says about itself when it has stopped. */
export interface GeneratorReport {
  /** Kinds of failure that it saw, and how often each. */
  failures: Record<string, number>;
  /** From the actual send: since it was told to measure, and from its start. */
  latency: Percentiles;
  wholeLatency: Percentiles;
  /** From the intended send, since it was told to measure; a bare loop has no such clock. */
  intended: Percentiles | undefined;
}

const histogram = (): Histogram =>
  build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

function percentilesOf(values: Histogram): Percentiles {
  const at = (percentile: number) => values.getValueAtPercentile(percentile) / 1000;
  return { count: values.totalCount, p50: at(50), p95: at(95), p99: at(99), max: values.maxValue / 1000 };
}

/** Collects latencies and failures in a generator. */
export class Meter {
  readonly #before = histogram();
  readonly #latency = histogram();
  readonly #intended = histogram();
  readonly #failures = new Map<string, number>();

  /** @param micros From the actual send to the reply, at least 1. */
  record(micros: number): void {
    this.#latency.recordValue(micros);
  }

  /** Adds what the engine reports once a second: `[µs, count, …]`. */
  addPairs(latency: readonly number[], intended: readonly number[]): void {
    addPairs(this.#latency, latency);
    addPairs(this.#intended, intended);
  }

  failed(kind: string, times = 1): void {
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + times);
  }

  /** Begins the time that is measured: what came before (the ramp, the warm-up) is kept apart. */
  begin(): void {
    this.#before.add(this.#latency);
    this.#latency.reset();
    this.#intended.reset();
  }

  report(): GeneratorReport {
    const latency = percentilesOf(this.#latency);
    this.#before.add(this.#latency);
    return {
      failures: Object.fromEntries(this.#failures),
      latency,
      wholeLatency: percentilesOf(this.#before),
      intended: this.#intended.totalCount > 0 ? percentilesOf(this.#intended) : undefined,
    };
  }
}

function addPairs(values: Histogram, pairs: readonly number[]): void {
  for (let index = 0; index < pairs.length; index += 2) {
    values.recordValueWithCount(Math.max(1, pairs[index] as number), pairs[index + 1] as number);
  }
}
