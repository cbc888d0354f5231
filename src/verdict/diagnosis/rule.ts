import type { Finding } from '../finding.js';
import type { RunResult } from '../run-result.js';

/** A run that is judged and not yet diagnosed. */
export type Judged = Omit<RunResult, 'findings'>;

/** Recognizes one problem by what a run's result says. Without evidence there is no finding, and none in a healthy run. */
export interface Rule {
  /** Its file's name. */
  id: string;
  title: string;
  /** @returns null when the symptom is not there. Causes may come in any order. */
  diagnose(run: Judged): Omit<Finding, 'rule' | 'title'> | null;
}
