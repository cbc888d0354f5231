import type { ComponentIdentity } from '../journal/event.js';
import type { MetricName } from '../journal/metrics.js';

/** One reading of one source. */
export interface Reading {
  name: MetricName;
  value: number;
  attributes?: Record<string, string>;
  /** The moment that it is of, in Unix ms, where that is not now: of a source that says itself when it measured. */
  t?: number;
}

/** Something that happened to a part of the target. */
export interface Note {
  component: string;
  /** `die`, `start`, `oom`, `unhealthy`, `replaced`, `reconnected`, … */
  what: string;
  detail?: string;
  /** Unix ms by the source's own clock. */
  sourceTime?: number;
}

/** How far the clock of a source is ahead of ours, in ms, plus or minus the uncertainty. */
export interface ClockReading {
  source: string;
  offsetMs: number;
  uncertaintyMs: number;
  /** What the source said, in Unix ms. */
  sourceTime: number;
}

export interface SamplerContext {
  /** Aborted at the reading's deadline or when the run stops. */
  signal: AbortSignal;
  /** Tells of a part that could not be read (a `sampler.error` event) while the other readings stand. */
  problem(message: string): void;
  /** Tells of what happened to the target (a `target.event`). */
  note(note: Note): void;
  /** Tells of a clock (a `clock.offset` event). */
  clock(reading: ClockReading): void;
  /** Tells of one of the first lines that matched a pattern (a `log.example` event). */
  example(example: { backend: string; pattern: string; line: string }): void;
}

/** A file for the evidence. */
export interface EvidenceFile {
  /** Relative to the run's folder, with `/`: `redis/before.json`. */
  path: string;
  /** Text is redacted before it is written; bytes (pictures) are written as they are. Left out where it could not be had, and where the sampler has written it. */
  content?: string | Uint8Array;
  status: 'ok' | 'partial' | 'missing';
  reason?: string;
}

/** What can be told of a file of the evidence when it is written. */
export interface SavedFile {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** Reads one source again and again. A throw is a gap and a `sampler.error` event, never a zero and never the end of the run. */
export interface Sampler {
  id: string;
  /** Milliseconds between two readings, where it is not the run's interval. */
  intervalMs?: number;
  /** Called once before the load; prepares what a first reading needs (a base for rates, a file's end, a stream). */
  start?(ctx: SamplerContext): Promise<void>;
  sample(ctx: SamplerContext): Promise<Reading[]>;
  /** What the components that it reads are now. Called after the start and after the last reading, by whose difference a restart is seen. */
  identify?(ctx: SamplerContext): Promise<ComponentIdentity[]>;
  /** The state of its source for the evidence, before and after the load. */
  snapshot?(when: 'before' | 'after', ctx: SamplerContext): Promise<EvidenceFile[]>;
  /** Waits after the last reading for what its source tells late, `settleMs` at the most. Left out when the run is broken off. */
  settle?(ctx: SamplerContext): Promise<Reading[]>;
  settleMs?: number;
  stop?(): Promise<void>;
}
