import type { RunResult } from '../verdict/run-result.js';

/** verdict.json: the whole result but its time series, which are in the journal and in the CSV files. Ends in a line break. */
export function verdictJson(result: RunResult): string {
  const { history: _history, canaryHistory: _canaryHistory, series: _series, ...rest } = result;
  return `${JSON.stringify(rest, null, 2)}\n`;
}
