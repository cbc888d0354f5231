import type { CheckResultEvent, JournalEnd, JournalEvent } from '../journal/event.js';
import { Canaries } from './accumulate/canaries.js';
import { ExternalRecords } from './accumulate/external.js';
import { HeatMaps } from './accumulate/heat.js';
import { History } from './accumulate/history.js';
import { LogReadings } from './accumulate/logs.js';
import { runEventOf } from './accumulate/run-events.js';
import { SamplerErrors } from './accumulate/sampler-errors.js';
import { SeriesSet } from './accumulate/series.js';
import { type StageFacts, StageTotals } from './accumulate/stages.js';
import { type TargetFacts, TargetRecords } from './accumulate/target.js';
import { LoadTotals, type TaskTotals } from './accumulate/tasks.js';
import type { Cover, Span } from './coverage.js';
import { type Asked, AskedLatencies } from './custom/asked-latencies.js';
import { generatorHealth, recordedOf } from './generator.js';
import type {
  CanaryOfSecond,
  CanaryTotals,
  ExternalLoad,
  GeneratorHealth,
  HeatMapOfTask,
  HistorySecond,
  RunEvent,
  SamplerErrorRow,
  SampleSeries,
} from './run-result.js';
import { steadyWindow } from './steady.js';
import { readThresholds, type Thresholds } from './thresholds.js';

type Event<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** The facts of a run, added up and not yet judged. */
export interface Summary {
  start: Event<'run.start'>;
  thresholds: Thresholds;
  checks: CheckResultEvent[];
  preflightPassed: boolean | null;
  loadStart: number | null;
  loadEnd: Event<'load.end'> | null;
  runEnd: Event<'run.end'> | null;
  lastEvent: number;
  /** What is judged: from the load's start to its end or, when that is missing, to the last thing known of it. Null without load. Unix ms. */
  measured: Span | null;
  /** The whole run. */
  scope: 'run';
  /** How much of the load its own records cover; null without load, and of a load that is not our own. */
  recorded: Cover | null;
  /** The time of the load in which all its users are there, in Unix ms; null without one. */
  steady: Span | null;
  load: LoadTotals;
  aggregated: TaskTotals;
  stages: readonly StageFacts[];
  events: RunEvent[];
  /** Users on top of the plan, each time that they were changed. */
  adjustments: number[];
  history: HistorySecond[];
  heat: HeatMapOfTask[];
  generator: GeneratorHealth;
  series: SampleSeries[];
  logs: LogReadings;
  samplerErrors: SamplerErrorRow[];
  /** What was told of the target beside its readings. */
  target: TargetFacts;
  /** Null where none were sent. */
  canaries: CanaryTotals | null;
  /** Seconds of canaries in the order of time. */
  canaryHistory: CanaryOfSecond[];
  /** Another tool's load; null where there was none. */
  external: ExternalLoad | null;
  /** What was added after the run's end. */
  finalized: string[];
  /** Bytes of a torn last line, which is left out; 0: none. */
  tornBytes: number;
  /** What the configuration's own criteria ask of latencies, in their order; undefined for those that ask for other things. */
  asked: readonly (Asked | undefined)[];
}

/** A journal without the event that says what the run was. */
export class NoRunError extends Error {
  override name = 'NoRunError';
  /** @param isEmpty Whether there is no event at all, as when the tool was killed before it could write one. */
  constructor(
    message: string,
    readonly isEmpty = false,
  ) {
    super(message);
  }
}

/** Adds up the events of one run, in the order in which they were written. */
export class Summarizer {
  readonly #start: Event<'run.start'>;
  readonly #checks: CheckResultEvent[] = [];
  readonly #load = new LoadTotals();
  readonly #stages: StageTotals;
  readonly #events: RunEvent[] = [];
  readonly #adjustments: number[] = [];
  readonly #history = new History();
  readonly #heat = new HeatMaps();
  readonly #series: SeriesSet;
  readonly #logs: LogReadings;
  readonly #samplerErrors = new SamplerErrors();
  readonly #target = new TargetRecords();
  readonly #canaries: Canaries;
  readonly #external = new ExternalRecords();
  readonly #finalized: string[] = [];
  readonly #thresholds: Thresholds;
  readonly #asked: AskedLatencies;
  #preflightPassed: boolean | null = null;
  #loadStart: number | null = null;
  #loadEnd: Event<'load.end'> | null = null;
  #runEnd: Event<'run.end'> | null = null;
  #lastEvent: number;
  #tornBytes = 0;

  constructor(start: Event<'run.start'>) {
    this.#start = start;
    this.#lastEvent = start.t;
    this.#series = new SeriesSet(start.sampleIntervalMs);
    this.#logs = new LogReadings(start.backends);
    this.#stages = new StageTotals(start);
    this.#canaries = new Canaries(start.canary);
    this.#thresholds = readThresholds(start.criteria);
    this.#asked = new AskedLatencies(this.#thresholds.custom, start.stages.length);
    this.#note(start);
  }

  add(event: JournalEvent): void {
    // What is added to a finished run does not make it last longer.
    if (this.#runEnd === null && event.type !== 'run.finalize') this.#lastEvent = Math.max(this.#lastEvent, event.t);
    this.#note(event);
    this.#target.add(event);
    this.#external.add(event);
    switch (event.type) {
      case 'check.result':
        this.#checks.push(event);
        break;
      case 'preflight.end':
        this.#preflightPassed = event.passed;
        break;
      case 'load.start':
        this.#loadStart = event.t;
        this.#logs.loadStarted(event.t);
        this.#stages.loadStarted(event.t);
        break;
      case 'load.second':
        this.#load.add(event);
        this.#stages.add(event);
        this.#history.add(event);
        this.#heat.add(event);
        this.#asked.add(event, this.#stages.indexOf(event.second));
        break;
      case 'load.end':
        this.#loadEnd = event;
        break;
      case 'sample':
        this.#series.add(event);
        this.#logs.add(event);
        break;
      case 'sampler.error':
        this.#samplerErrors.add(event);
        this.#logs.addError(event);
        break;
      case 'run.end':
        this.#runEnd = event;
        break;
      case 'run.start':
        throw new NoRunError('the journal holds a second run.start: it is not the journal of one run');
      case 'stage.start':
        this.#stages.stageStarted(event);
        break;
      case 'load.adjust':
        this.#adjustments.push(event.users);
        break;
      case 'target.event':
        this.#logs.addEvent(event);
        break;
      case 'canary.second':
        this.#canaries.add(event);
        this.#asked.add(event, this.#stages.indexOf(event.second));
        break;
      case 'run.finalize':
        this.#finalized.push(event.message);
        break;
    }
  }

  /** There are no more events. */
  end({ tornBytes }: JournalEnd): void {
    this.#tornBytes = tornBytes;
  }

  /** Everything up to the last event that was added. */
  summary(): Summary {
    const history = this.#history.rows();
    const measured = this.#measured(history);
    const { mode, settleSeconds } = this.#start;
    return {
      start: this.#start,
      thresholds: this.#thresholds,
      checks: this.#checks,
      preflightPassed: this.#preflightPassed,
      loadStart: this.#loadStart,
      loadEnd: this.#loadEnd,
      runEnd: this.#runEnd,
      lastEvent: this.#lastEvent,
      measured,
      scope: 'run',
      recorded: recordedOf(history),
      steady: steadyWindow({ history, measured, mode, settleSeconds }),
      load: this.#load,
      aggregated: this.#load.aggregate(),
      stages: this.#stages.all(),
      events: this.#events,
      adjustments: this.#adjustments,
      history,
      heat: this.#heat.all(),
      generator: generatorHealth(history),
      series: this.#series.all(),
      logs: this.#logs,
      samplerErrors: this.#samplerErrors.rows(),
      target: this.#target.facts(),
      canaries: this.#canaries.totals(),
      canaryHistory: this.#canaries.history(),
      external: this.#external.load(),
      finalized: this.#finalized,
      tornBytes: this.#tornBytes,
      asked: this.#asked.results(),
    };
  }

  #note(event: JournalEvent): void {
    const noted = runEventOf(event, this.#start.mode);
    if (noted) this.#events.push(noted);
  }

  #measured(history: readonly HistorySecond[]): Summary['measured'] {
    if (this.#loadStart === null) return null;
    const last = history.at(-1);
    const known = last ? (last.second + 1) * 1000 : this.#loadStart;
    return { from: this.#loadStart, to: Math.max(this.#loadStart, this.#loadEnd?.t ?? known) };
  }
}

/**
 * Adds up a journal in one pass. What a reader of journals says at its end is taken in, too.
 *
 * @throws {NoRunError} when the first event is not `run.start`.
 */
export function summarize(events: Iterable<JournalEvent> | Iterable<JournalEvent, JournalEnd>): Summary {
  const reader: Iterator<JournalEvent, JournalEnd | undefined> = events[Symbol.iterator]();
  const first = reader.next();
  if (first.done) throw new NoRunError('the journal is empty: what was to be tested is not known', true);
  if (first.value.type !== 'run.start') {
    throw new NoRunError(`the journal begins with ${first.value.type}, not with run.start: what was to be tested is not known`);
  }
  const summarizer = new Summarizer(first.value);
  for (;;) {
    const next = reader.next();
    if (!next.done) summarizer.add(next.value);
    else {
      if (next.value) summarizer.end(next.value);
      return summarizer.summary();
    }
  }
}
