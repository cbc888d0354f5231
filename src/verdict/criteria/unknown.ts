import type { Criterion } from './criterion.js';
import { inconclusive } from './criterion.js';

/** Criteria of the configuration for which there is no rule: nobody evaluated them, so they are not passed. */
export const unknown: Criterion = ({ thresholds }) =>
  thresholds.unknown.map((name) =>
    inconclusive(
      { id: `unknown.${name}`, title: name, required: true, threshold: '', limit: null, unit: '' },
      'there is no rule for this criterion, so nobody evaluated it',
    ),
  );
