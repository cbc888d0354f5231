import type { ComponentIdentity } from '../journal/event.js';

/** What a component was at one time. */
export type ComponentState = Omit<ComponentIdentity, 'name' | 'role' | 'source'>;

/** One component of the target before and after the load. */
export interface ComponentRow {
  name: string;
  role: ComponentIdentity['role'];
  source: ComponentIdentity['source'];
  /** Null where it was not read. */
  start: ComponentState | null;
  end: ComponentState | null;
  /** `unknown`: it was not read at one of the two ends. */
  status: 'same' | 'changed' | 'unknown';
  /** What changed, for people; null when nothing did. */
  change: string | null;
}

/** Something that happened to a part of the target. `t` is Unix ms by our clock. */
export interface TargetEventRow {
  t: number;
  sampler: string;
  component: string;
  what: string;
  detail: string | null;
  /** By the source's own clock, as it told it. */
  sourceTime: number | null;
}

/** How far the clock of one source was ahead of ours, in ms. */
export interface ClockRow {
  source: string;
  readings: number;
  /** The reading with the least uncertainty. */
  offsetMs: number;
  uncertaintyMs: number;
  /** Least and greatest offset of all readings. */
  minMs: number;
  maxMs: number;
}

/** One of the first lines that matched a pattern. */
export interface LogExampleRow {
  t: number;
  backend: string;
  pattern: string;
  line: string;
}

/** A file that was collected from the target. */
export interface EvidenceFileRow {
  path: string;
  source: string;
  status: 'ok' | 'partial' | 'missing';
  reason: string | null;
  /** As it was written; null where nothing was, or nobody told. */
  bytes: number | null;
  /** Hex, of these bytes. */
  sha256: string | null;
}

/** What became of canaries. Each that was published ends as received (in time), late, lost or withdrawn. */
export interface CanaryCounts {
  published: number;
  /** Due while no user was connected. */
  unaddressed: number;
  /** Publishes that Redis refused. */
  refused: number;
  received: number;
  late: number;
  lost: number;
  /** Their recipient's socket closed before they arrived: they say nothing. */
  withdrawn: number;
  duplicates: number;
  reordered: number;
  /** Arrived when they had long been counted as lost or refused. */
  overdue: number;
}

export type CanaryPhase = 'before' | 'load' | 'after';

/** Canaries of the whole run. */
export interface CanaryTotals extends CanaryCounts {
  perSecond: number | null;
  limitMs: number | null;
  lostAfterMs: number | null;
  /** Only the phases of which there is a record. */
  phases: Partial<Record<CanaryPhase, CanaryCounts>>;
  /** Lost ones by the recipient's source address. */
  lostBy: Record<string, number>;
  /** Refused publishes by message. */
  refusals: Record<string, number>;
  /** Unix seconds. */
  firstLost: number | null;
  firstDuplicate: number | null;
  /** Least number of subscribers that a PUBLISH reached. */
  leastSubscribers: number | null;
  /** Publish to arrival, in ms; null when none arrived. */
  latency: { '50%': number; '95%': number; '99%': number; '100%': number } | null;
}

/** One second of canaries. */
export interface CanaryOfSecond extends CanaryCounts {
  /** Unix seconds. */
  second: number;
  phase: CanaryPhase;
  /** Of this second alone, in ms; null when none arrived. */
  p50Ms: number | null;
  p99Ms: number | null;
  subscribers: number | null;
}

/** What another tool says of one kind of request. */
export interface ExternalRow {
  name: string;
  requests: number;
  /** Null where the tool does not count them. */
  failures: number | null;
  /** Milliseconds by percentile as a share of 1. */
  percentiles: Record<string, number>;
  errors: Record<string, number>;
}

/** Load by another tool. */
export interface ExternalLoad {
  tool: string;
  command: string[];
  /** Null while it runs, or when the journal does not hold its end. */
  ended: { exitCode: number | null; signal: string | null } | null;
  /** Where its figures are from; null where it told none. */
  files: string[] | null;
  rows: ExternalRow[];
}
