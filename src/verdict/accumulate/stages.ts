import type { JournalEvent, LoadSecond, Stage } from '../../journal/event.js';
import { LoadCounts } from './counts.js';

/** One stage of the plan and what happened in the seconds that lie wholly within it, its settle time left out. */
export interface StageFacts {
  stage: Stage;
  /** Unix seconds of the first second that counts and of the first that does not any more; null without load. */
  window: { from: number; to: number } | null;
  /** When the stage ends by the plan, in Unix ms; null without load. */
  endsAt: number | null;
  load: LoadCounts;
}

/** Adds up each stage on its own. */
export class StageTotals {
  readonly #stages: StageFacts[];
  readonly #settleSeconds: number;
  #begun = false;

  constructor({ stages, settleSeconds }: Pick<Extract<JournalEvent, { type: 'run.start' }>, 'stages' | 'settleSeconds'>) {
    this.#stages = stages.map((stage) => ({ stage, window: null, endsAt: null, load: new LoadCounts() }));
    this.#settleSeconds = settleSeconds;
  }

  /** The load began, at a Unix time in ms. */
  loadStarted(t: number): void {
    let begin = 0;
    for (const facts of this.#stages) {
      const { untilSeconds } = facts.stage;
      facts.endsAt = t + untilSeconds * 1000;
      const from = Math.ceil(t / 1000 + begin + this.#settleSeconds);
      facts.window = { from, to: Math.max(from, Math.floor(facts.endsAt / 1000)) };
      begin = untilSeconds;
    }
  }

  /** The first stage began, which is when the plan's clock started: workers need a moment after the load's start. */
  stageStarted({ index, t }: Extract<JournalEvent, { type: 'stage.start' }>): void {
    if (index === 0 && !this.#begun) this.loadStarted(t);
  }

  add(event: LoadSecond): void {
    this.#begun = true;
    this.#stages[this.indexOf(event.second)]?.load.add(event);
  }

  /** Which stage a second counts for, in Unix time; -1 for none. */
  indexOf(second: number): number {
    return this.#stages.findIndex(({ window }) => window !== null && second >= window.from && second < window.to);
  }

  all(): readonly StageFacts[] {
    return this.#stages;
  }
}
