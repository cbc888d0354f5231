import type { Finding } from '../finding.js';
import type { RunResult } from '../run-result.js';

/** A run that is judged and not yet diagnosed. */
export type Judged = Omit<RunResult, 'findings'>;

/** What a rule says of a run in which it found its problem. */
export interface Found extends Omit<Finding, 'rule' | 'title'> {
  /**
   * Ids of more general rules whose symptom is wholly explained by this one: what they find in the same run is left out, since it would
   * tell the same once more under causes that are not its.
   */
  explains?: readonly string[];
}

/** Recognizes one problem by what a run's result says. Without evidence there is no finding, and none in a healthy run. */
export interface Rule {
  /** Its file's name. */
  id: string;
  title: string;
  /** @returns null when the symptom is not there. Causes may come in any order. */
  diagnose(run: Judged): Found | null;
}
