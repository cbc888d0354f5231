import type { Action, Cause, Standing } from '../verdict/run-result.js';

/** How a cause stands, for people. */
export const STANDINGS: Readonly<Record<Standing, string>> = {
  confirmed: 'confirmed',
  likely: 'likely',
  possible: 'possible',
  ruled_out: 'ruled out',
};

/** Causes that the evidence leaves open, in their order. */
export const openCauses = (causes: readonly Cause[]): Cause[] => causes.filter(({ standing }) => standing !== 'ruled_out');

/** What to do first about a finding: of the best supported cause that has something to do. */
export const firstAction = (causes: readonly Cause[]): Action | undefined => openCauses(causes).flatMap(({ actions }) => actions)[0];
