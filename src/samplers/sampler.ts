import type { MetricName } from '../journal/metrics.js';

/** One reading of one source. */
export interface Reading {
  name: MetricName;
  value: number;
  attributes?: Record<string, string>;
}

export interface SamplerContext {
  /** Aborted at the reading's deadline or when the run stops. */
  signal: AbortSignal;
  /** Tells of a part that could not be read (a `sampler.error` event) while the other readings stand. */
  problem(message: string): void;
}

/** Reads one source again and again. A throw is a gap and a `sampler.error` event, never a zero and never the end of the run. */
export interface Sampler {
  id: string;
  /** Called once before the load; prepares what a first reading needs (a base for rates, a file's end). */
  start?(ctx: SamplerContext): Promise<void>;
  sample(ctx: SamplerContext): Promise<Reading[]>;
  stop?(): Promise<void>;
}
