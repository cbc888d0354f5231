import type { CanarySecond, JournalEvent, LoadSecond } from '../journal/event.js';
import { Canaries } from './accumulate/canaries.js';
import { LoadCounts } from './accumulate/counts.js';
import { addGenerator, noGenerator } from './accumulate/generator-second.js';
import { LogReadings } from './accumulate/logs.js';
import { SeriesSet } from './accumulate/series.js';
import { TargetRecords } from './accumulate/target.js';
import type { Facts } from './criteria/criterion.js';
import { loadCriteria, sampleCriteria } from './criteria/index.js';
import { decimal } from './format.js';
import { generatorHealth, recordedOf } from './generator.js';
import type { CriterionRow, GeneratorSecond } from './run-result.js';
import { readThresholds, type Thresholds } from './thresholds.js';

type RunStart = Extract<JournalEvent, { type: 'run.start' }>;
type Sample = Extract<JournalEvent, { type: 'sample' }>;

/** A counter's reading from before the window may be this many intervals old. */
const BASE_INTERVALS = 3;

/**
 * The last seconds of a run under way, judged by the criteria of the verdict. A second costs what its own records cost to add and to
 * take away again, however long the window is.
 */
export class SlidingWindow {
  readonly #start: RunStart;
  readonly #seconds: number;
  readonly #judgesSamples: boolean;
  readonly #thresholds: Thresholds;
  readonly #load = new LoadCounts();
  /** By second, rising but for workers that are late. */
  readonly #records = new Map<number, { events: LoadSecond[]; generator: GeneratorSecond }>();
  #samples: Sample[] = [];
  #canaries: CanarySecond[] = [];
  #newest = Number.NEGATIVE_INFINITY;

  /**
   * @param start What the run is and must hold.
   * @param options.seconds How many seconds are judged.
   * @param options.samples Whether to judge the criteria that need samples, too.
   */
  constructor(start: RunStart, options: { seconds: number; samples: boolean }) {
    this.#start = start;
    this.#seconds = options.seconds;
    this.#judgesSamples = options.samples;
    this.#thresholds = readThresholds(start.criteria);
  }

  /** The newest second of which there is a record, in Unix time. */
  get newest(): number {
    return this.#newest;
  }

  add(event: JournalEvent): void {
    if (event.type === 'load.second') this.#addSecond(event);
    else if (event.type === 'sample' && this.#judgesSamples) this.#samples.push(event);
    else if (event.type === 'canary.second' && this.#judgesSamples) this.#canaries.push(event);
  }

  /** Every criterion that the window can be judged by. */
  rows(): CriterionRow[] {
    const facts = this.#facts();
    const all = this.#judgesSamples ? [...loadCriteria, ...sampleCriteria] : loadCriteria;
    return all.flatMap((criterion) => criterion(facts));
  }

  #addSecond(event: LoadSecond): void {
    if (event.second <= this.#newest - this.#seconds) return;
    const record = this.#records.get(event.second) ?? { events: [], generator: noGenerator() };
    this.#records.set(event.second, record);
    record.events.push(event);
    addGenerator(record.generator, event);
    this.#load.add(event);
    if (event.second <= this.#newest) return;
    this.#newest = event.second;
    this.#forget(this.#newest - this.#seconds);
  }

  /** Forgets everything up to and including a second. */
  #forget(last: number): void {
    for (const [second, { events }] of this.#records) {
      if (second > last) continue;
      for (const event of events) this.#load.remove(event);
      this.#records.delete(second);
    }
    this.#canaries = this.#canaries.filter(({ second }) => second > last);
    // The last reading before the window tells where its counters begin.
    const since = (last + 1) * 1000 - BASE_INTERVALS * this.#start.sampleIntervalMs;
    const first = this.#samples.findIndex(({ t }) => t > since);
    if (first !== 0) this.#samples = first === -1 ? [] : this.#samples.slice(first);
  }

  #facts(): Facts {
    const from = (this.#newest - this.#seconds + 1) * 1000;
    const to = (this.#newest + 1) * 1000;
    const { series, logs, canaries } = this.#readings(from);
    const history = [...this.#records].map(([second, { generator }]) => ({ second, generator })).sort((a, b) => a.second - b.second);
    return {
      start: this.#start,
      thresholds: this.#thresholds,
      load: this.#load,
      generator: generatorHealth(history),
      scope: `last ${decimal(this.#seconds, 1)} s`,
      recorded: recordedOf(history),
      steady: null,
      series: series.all(),
      logs,
      loadStart: from,
      // The load is not over, so that nothing can pass that needs its end.
      loadEnd: null,
      measured: { from, to },
      canaries: canaries.totals(),
      canaryHistory: canaries.history(),
      // What is only known at the end of a run is not judged while it runs.
      target: new TargetRecords().facts(),
      external: null,
    };
  }

  #readings(from: number): { series: SeriesSet; logs: LogReadings; canaries: Canaries } {
    const series = new SeriesSet(this.#start.sampleIntervalMs);
    const logs = new LogReadings(this.#start.backends);
    logs.loadStarted(from);
    for (const sample of this.#samples) {
      series.add(sample);
      logs.add(sample);
    }
    const canaries = new Canaries(this.#start.canary);
    for (const second of this.#canaries) canaries.add(second);
    return { series, logs, canaries };
  }
}
