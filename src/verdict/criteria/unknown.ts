import { baseOf, type Criterion, inconclusive } from './criterion.js';

/** Criteria of the configuration for which there is no rule: nobody evaluated them, so they are not passed. */
export const unknown: Criterion = (facts) =>
  facts.thresholds.unknown.map((name) =>
    inconclusive(
      baseOf(facts, {
        id: `unknown.${name}`,
        title: name,
        required: true,
        threshold: '',
        limit: null,
        unit: '',
        source: 'nothing',
        thresholdFrom: `file success_criteria.${name}`,
      }),
      'no_rule',
      'there is no rule for this criterion, so nobody evaluated it',
    ),
  );
