import type { RunResult } from '../verdict/run-result.js';

/** What a run's journal says, as this version of the tool judges it. */
export interface Judged {
  result: RunResult;
  /** When each file of the evidence was collected, in Unix ms, by its path. */
  collectedAt: ReadonlyMap<string, number>;
  /** The reports that are made from it. */
  reports: readonly RenderedReport[];
}

export interface RenderedReport {
  /** In the run's folder, with `/`. */
  path: string;
  render(language?: string): string;
  /** The languages that it can be in: what it says is the same in all of them. */
  languages: readonly string[];
}

/** Judges the journal at this path. Given from outside, since evidence knows of no verdict. */
export type JudgeJournal = (journal: string) => Judged;
