import type { RunResult } from '../verdict/run-result.js';
import { VERDICT_SCHEMA_ID } from './verdict-schema-id.js';

/** A result with or without its time series. */
type AnyResult = Omit<RunResult, 'history' | 'heat' | 'canaryHistory' | 'series'> & Partial<RunResult>;

/** verdict.json: the whole result but its time series, which are in the journal and in the CSV files. Ends in a line break. */
export function verdictJson(result: AnyResult): string {
  const { history: _history, heat: _heat, canaryHistory: _canaryHistory, series: _series, ...rest } = result;
  return `${JSON.stringify({ $schema: VERDICT_SCHEMA_ID, ...rest }, null, 2)}\n`;
}
