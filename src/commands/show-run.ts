import type { Config } from '../config/config.js';
import type { JournalWriter } from '../journal/writer.js';
import type { Io } from './io.js';
import { showLive } from './live/show-live.js';
import { showProgress } from './progress.js';

export interface ShownPlan extends Pick<Config, 'stages'> {
  /** How long the load takes where its stages do not say so. */
  forSeconds: number | undefined;
}

/** Shows how a run goes: a view that follows it on a terminal, a line now and then elsewhere. Returns a function that ends it. */
export function showRun(journal: Pick<JournalWriter, 'follow'>, { stages, forSeconds }: ShownPlan, io: Io): () => void {
  return io.isTerminal ? showLive(journal, io, { forSeconds }) : showProgress(journal, { stages }, io);
}
