import type { Rule } from '../rule.js';

/** All rules, in the order of the report. */
export const rules: readonly Rule[] = [];
