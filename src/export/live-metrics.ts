import { type ExportedMetric, LOAD_METRICS } from '../exported-metrics.js';
import type { CanarySecond, JournalEvent, LoadSecond } from '../journal/event.js';
import { DurationHistogram } from './histogram.js';
import { SampledMetrics } from './sampled.js';
import { type Attributes, SeriesSet } from './series.js';

/** A metric with all its series as they stand. Of a duration they are histograms, of anything else numbers. */
export type Family = { metric: ExportedMetric } & (
  | { type: 'numbers'; series: { attributes: Attributes; value: number }[] }
  | { type: 'histograms'; series: { attributes: Attributes; value: DurationHistogram }[] }
);

type LoadMetric = keyof typeof LOAD_METRICS;

/** Counts and levels of a run as it goes on, made of its events alone. What an event costs does not grow with the run. */
export class LiveMetrics {
  readonly #numbers = new Map<LoadMetric, SeriesSet<number>>();
  readonly #histograms = new Map<LoadMetric, SeriesSet<DurationHistogram>>();
  readonly #sampled = new SampledMetrics();
  /** What each worker said last. */
  readonly #workers = new Map<number, LoadSecond>();
  #hasLoad = false;
  #sampleIntervalMs = 0;
  #now = 0;
  #startedAt: number | undefined;
  #version = 0;

  /** Unix ms of the first event and of the last. */
  get startedAt(): number {
    return this.#startedAt ?? this.#now;
  }

  get now(): number {
    return this.#now;
  }

  /** Another one after every event that changes something. */
  get version(): number {
    return this.#version;
  }

  add(event: JournalEvent): void {
    this.#startedAt ??= event.t;
    this.#now = Math.max(this.#now, event.t);
    this.#version++;
    switch (event.type) {
      case 'run.start':
        this.#sampleIntervalMs = event.sampleIntervalMs;
        return this.#set('run', pick(event));
      case 'check.result':
        return this.#count('checks', 1, { status: event.status });
      case 'stage.start':
        this.#of('stage').clear();
        return this.#set('stage', { stage: event.name });
      case 'load.second':
        return this.#addSecond(event);
      case 'load.end':
        // Their users are gone, and nobody measures the workers any more.
        return this.#workers.clear();
      case 'sample':
        return this.#sampled.add(event, event.intervalMs ?? this.#sampleIntervalMs, this.#now);
      case 'sampler.error':
        return this.#count('samplerErrors', 1, { sampler: event.sampler });
      case 'target.event':
        return this.#count('targetEvents', 1, { component: event.component, what: event.what });
      case 'canary.second':
        return this.#addCanaries(event);
    }
  }

  /** Everything that there is to tell now. */
  families(): Family[] {
    this.#showWorkers();
    const numbers = [...this.#numbers].map(([name, set]): Family => ({ metric: LOAD_METRICS[name], type: 'numbers', series: set.all() }));
    const histograms = [...this.#histograms].map(
      ([name, set]): Family => ({ metric: LOAD_METRICS[name], type: 'histograms', series: set.all() }),
    );
    const sampled = this.#sampled.all(this.#now).map((one): Family => ({ ...one, type: 'numbers' }));
    return [...numbers, ...histograms, ...sampled].filter(({ series }) => series.length > 0);
  }

  #addSecond(event: LoadSecond): void {
    this.#hasLoad = true;
    this.#workers.set(event.worker, event);
    for (const [task, record] of Object.entries(event.tasks)) {
      this.#count('requests', record.requests, { task });
      for (const [kind, count] of Object.entries(record.failures)) this.#count('failures', count, { task, kind });
      this.#count('lateReplies', record.late, { task });
      this.#count('replySize', record.bytes, { task });
      this.#observe('duration', { task }, record.latency, record.sum);
      this.#observe('intendedDuration', { task }, record.intended);
    }
    this.#countBy('drops', 'kind', event.drops);
    this.#countBy('closes', 'kind', event.closes);
    this.#countBy('pushes', 'type', event.pushes);
    this.#count('unsent', event.unsent);
    this.#count(
      'exceptions',
      Object.values(event.exceptions).reduce((sum, count) => sum + count, 0),
    );
  }

  #addCanaries(event: CanarySecond): void {
    const { published, received, late, lost, withdrawn, duplicates, unaddressed, failures } = event;
    const refused = Object.values(failures).reduce((sum, count) => sum + count, 0);
    this.#countBy('canaries', 'outcome', { published, received, late, lost, withdrawn, duplicates, refused, unaddressed });
    this.#observe('canaryDuration', {}, event.latency);
  }

  /** Users are added up; of the workers' own health the worst is told. */
  #showWorkers(): void {
    const workers = [...this.#workers.values()];
    for (const state of ['planned', 'active', 'connected'] as const) {
      const users = workers.reduce((sum, worker) => sum + worker.users[state], 0);
      if (this.#hasLoad) this.#set('users', { state }, users);
    }
    for (const metric of ['loopDelay', 'utilization', 'lag'] as const) this.#of(metric).clear();
    if (workers.length === 0) return;
    const worst = (value: (of: LoadSecond['generator']) => number): number => Math.max(...workers.map(({ generator }) => value(generator)));
    this.#set('loopDelay', {}, worst(({ loopDelayMs }) => loopDelayMs) / 1000);
    this.#set(
      'utilization',
      {},
      worst(({ utilization }) => utilization),
    );
    this.#set('lag', {}, worst(({ lagMs }) => lagMs) / 1000);
  }

  #of(metric: LoadMetric): SeriesSet<number> {
    const set = this.#numbers.get(metric) ?? new SeriesSet<number>();
    this.#numbers.set(metric, set);
    return set;
  }

  #set(metric: LoadMetric, attributes: Attributes, value = 1): void {
    this.#of(metric).change(attributes, () => value);
  }

  #count(metric: LoadMetric, count: number, attributes: Attributes = {}): void {
    this.#of(metric).change(attributes, (known = 0) => known + count);
  }

  #countBy(metric: LoadMetric, name: string, counts: Readonly<Record<string, number>>): void {
    for (const [key, count] of Object.entries(counts)) this.#count(metric, count, { [name]: key });
  }

  #observe(metric: LoadMetric, attributes: Attributes, pairs: readonly number[], sum?: number): void {
    const set = this.#histograms.get(metric) ?? new SeriesSet<DurationHistogram>();
    this.#histograms.set(metric, set);
    set.change(attributes, (known = new DurationHistogram()) => {
      known.add(pairs, sum);
      return known;
    });
  }
}

const pick = ({ runId, target, scenario, mode, tool }: Extract<JournalEvent, { type: 'run.start' }>): Attributes => ({
  run_id: runId,
  target,
  scenario,
  mode,
  tool,
});
