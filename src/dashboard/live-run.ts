import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { messageOf } from '../errors.js';
import type { JournalEvent } from '../journal/event.js';
import { parseEvent } from '../journal/reader.js';
import type { Patch } from '../report/view/live/patch.js';
import type { PageModel } from '../report/view/model.js';
import { judge } from '../verdict/judge.js';
import type { RunResult } from '../verdict/run-result.js';
import { NoRunError, Summarizer } from '../verdict/summarize.js';
import { diff } from './diff.js';
import type { RunState } from './protocol.js';
import { tail } from './tail.js';

/** What a run is followed with. */
export interface LiveRunOptions {
  /** The run's journal. It may come later. */
  journal: string;
  /** What the page shows of a result. @param finished Whether it is the last one. */
  modelOf(result: RunResult, finished: boolean): Promise<PageModel>;
  /** Whether somebody still writes to the run's folder. */
  isUnderWay(): Promise<boolean>;
  onChange: LiveRunListener;
  /** The least time between two models, in ms. */
  everyMs?: number;
}

/** Told of what is new, at most once a second: of a whole model, or of what makes the next one of the last. */
export interface LiveRunListener {
  model(): void;
  patch(patch: Patch): void;
  /** Only {@link LiveRun.stage} or {@link LiveRun.adjustment} is another. */
  state(): void;
  error(message: string): void;
}

/** The least time between two models, unless it is said otherwise. */
const EVERY_MS = 1000;

/** Judging takes no more than this share of the time: the more there is, the rarer it is done. */
const MOST_SHARE = 1 / 8;

/** What workers tell at nearly the same time is waited for: so much of the time between two models. */
const GATHER_SHARE = 0.1;

/** Follows the journal of one run, under way or finished, and makes of it what its pages show: once for all of them. */
export class LiveRun {
  readonly #options: LiveRunOptions;
  readonly #everyMs: number;
  readonly #gatherMs: number;
  readonly #end = new AbortController();
  #summarizer: Summarizer | undefined;
  #lines = 0;
  #isCaughtUp = false;
  #isChanged = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #nextAt = 0;
  #model: PageModel | undefined;
  #result: RunResult | undefined;
  #stage: RunState['state'] = 'preflight';
  #adjustment = 0;
  #isFinished = false;
  #bytes = 0;
  #tornBytes = 0;
  /** Whether nobody writes any more and not everything was read yet. */
  #isEnding = false;
  #setSettled: () => void = () => {};
  readonly #settled = new Promise<void>((resolve) => {
    this.#setSettled = resolve;
  });
  #problem: string | undefined;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? EVERY_MS;
    this.#gatherMs = this.#everyMs * GATHER_SHARE;
    void this.#follow();
    this.#look();
  }

  /** The last model; undefined while there is none. */
  get model(): PageModel | undefined {
    return this.#model;
  }

  /** What {@link model} was made of. */
  get result(): RunResult | undefined {
    return this.#result;
  }

  get stage(): RunState['state'] {
    return this.#isFinished ? 'finished' : this.#stage;
  }

  /** Why there is nothing more to come of it; undefined while there may be. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Users against the plan. */
  get adjustment(): number {
    return this.#adjustment;
  }

  /** Follows it no more. */
  close(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#looking);
  }

  /** Looks at once whether the run has ended, as when its process is known to have. */
  async lookAgain(): Promise<void> {
    if (this.#isFinished || !this.#isCaughtUp || (await this.#options.isUnderWay())) return;
    const bytes = await stat(this.#options.journal).then(
      ({ size }) => size,
      () => this.#bytes, // Removed: there is nothing more to come.
    );
    // What it wrote last is on its way.
    this.#isEnding = bytes !== this.#bytes;
    if (this.#isEnding || this.#isFinished || this.#end.signal.aborted) return;
    this.#isFinished = true;
    // Its files are there only now.
    this.#schedule(true);
  }

  /** Resolves when the last of a run that has ended was told; at once for one that goes on. */
  async settle(): Promise<void> {
    if (this.#problem !== undefined) return;
    await this.lookAgain();
    if (this.#isFinished || this.#isEnding) await this.#settled;
  }

  #look(): void {
    this.#looking = setTimeout(async () => {
      // A folder that cannot be looked at now can be the next time.
      await this.lookAgain().catch(() => {});
      if (!this.#isFinished && !this.#end.signal.aborted) this.#look();
    }, this.#everyMs);
  }

  async #follow(): Promise<void> {
    try {
      for await (const news of tail(this.#options.journal, this.#end.signal)) {
        if (news.type === 'lines') for (const line of news.lines) this.#add(line);
        else if (news.type === 'anew') this.#begin();
        else {
          this.#bytes = news.bytes;
          this.#tornBytes = news.tornBytes;
          const isFirst = !this.#isCaughtUp;
          this.#isCaughtUp = true;
          if (isFirst || this.#isEnding) await this.lookAgain();
          if (isFirst) this.#schedule();
        }
        if (this.#isChanged) this.#schedule();
      }
    } catch (error) {
      this.#problem = messageOf(error);
      this.#options.onChange.error(this.#problem);
    }
  }

  #begin(): void {
    this.#summarizer = undefined;
    this.#model = undefined;
    this.#lines = 0;
    this.#adjustment = 0;
    this.#stage = 'preflight';
    this.#isCaughtUp = false;
  }

  #add(line: string): void {
    const event = parseEvent(line, this.#options.journal, ++this.#lines);
    this.#isChanged = true;
    this.#note(event);
    if (this.#summarizer) this.#summarizer.add(event);
    else if (event.type === 'run.start') this.#summarizer = new Summarizer(event);
    else throw new NoRunError(`the journal begins with ${event.type}, not with run.start: what was to be tested is not known`);
  }

  #note(event: JournalEvent): void {
    if (event.type === 'load.adjust') this.#adjustment = event.users;
    else if (event.type === 'load.start' || event.type === 'external.start') this.#stage = 'running';
    else if (event.type === 'load.end' || event.type === 'external.end' || event.type === 'run.end') this.#stage = 'stopping';
  }

  #schedule(atOnce = false): void {
    this.#isChanged = true;
    if (this.#timer !== undefined || !this.#isCaughtUp) return;
    const wait = atOnce ? 0 : Math.max(this.#gatherMs, this.#nextAt - performance.now());
    this.#timer = setTimeout(() => void this.#tick(), wait);
  }

  async #tick(): Promise<void> {
    const begin = performance.now();
    this.#isChanged = false;
    try {
      await this.#renew();
    } catch (error) {
      this.#options.onChange.error(messageOf(error));
    }
    const end = performance.now();
    this.#nextAt = Math.max(begin + this.#everyMs, end + (end - begin) / MOST_SHARE) - this.#gatherMs;
    this.#timer = undefined;
    if (this.#isChanged && !this.#end.signal.aborted) this.#schedule();
  }

  async #renew(): Promise<void> {
    const { onChange, modelOf } = this.#options;
    if (!this.#summarizer) {
      if (this.#isFinished) this.#setSettled();
      return onChange.state();
    }
    const finished = this.#isFinished;
    // While somebody writes, half of a line is only the begin of one.
    this.#summarizer.end({ tornBytes: finished ? this.#tornBytes : 0 });
    this.#result = judge(this.#summarizer.summary());
    // Lists of the summary go on growing, and what was sent must stay as it was.
    const fresh = await modelOf(this.#result, finished);
    const next: PageModel = { ...fresh, result: JSON.parse(JSON.stringify(fresh.result)) as PageModel['result'] };
    if (this.#end.signal.aborted) return;
    const before = this.#model;
    this.#model = next;
    const patch = before?.kind === next.kind ? diff(before, next) : undefined;
    if (before?.kind !== next.kind) onChange.model();
    else if (patch) onChange.patch(patch);
    else onChange.state();
    if (finished) this.#setSettled();
  }
}
