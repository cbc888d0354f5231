import type { Criterion } from './criterion.js';

/** The same criterion without the rows that do not apply to the run's scenario: these are absent, and neither open nor passed. */
export const whereItApplies =
  (criterion: Criterion): Criterion =>
  (facts) =>
    criterion(facts).filter(({ id }) => !facts.thresholds.notApplicable.has(id));
