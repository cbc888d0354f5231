import { counted, millis, percent } from '../format.js';
import type { CriterionRow, ExternalLoad, ExternalRow } from '../run-result.js';
import type { Criterion, Facts } from './criterion.js';
import { failed, held, inconclusive, NO_LIMIT } from './criterion.js';
import { CONNECT } from './latency.js';
import { taskP95Id } from './task-p95.js';

/** Why load criteria are open of a run in which nobody sent load for the run's sake. */
export const WATCH_REASON = 'watch sends no load';

/**
 * The rows of the criteria of the load for a run whose load was not our own: judged by the figures that the other tool tells, or open.
 *
 * @param own The criteria as they are judged by our own load: of them the rows are taken.
 */
export const foreignLoad =
  (own: readonly Criterion[]): Criterion =>
  (facts) => {
    const rows = own.flatMap((criterion) => criterion(facts));
    if (facts.start.mode === 'load') return rows;
    return rows.map((row) => (row.limit === null ? { ...row, evidence: NO_LIMIT } : foreignRow(ofTool(row, facts), facts)));
  };

/** The same row as the other tool's figures can tell it: sums, of which no second is known. */
function ofTool(row: CriterionRow, { external }: Facts): CriterionRow {
  const source = external === null ? 'nothing' : external.tool;
  return { ...row, source, samples: 0, coverage: null, minCoverage: null, greatestGapMs: null, maxGapMs: null };
}

/** Why no criterion of the load can be judged; null when some can, or when the load is our own. */
export function noFigures({ start, external }: Pick<Facts, 'start' | 'external'>): string | null {
  if (start.mode === 'load') return null;
  if (start.mode === 'watch') return WATCH_REASON;
  if (external === null) return 'the journal does not tell which tool sent the load';
  if (external.files === null) return `no figures of ${external.tool} were found`;
  return external.rows.length === 0 ? `the figures of ${external.tool} hold no request` : null;
}

function foreignRow(row: CriterionRow, facts: Facts): CriterionRow {
  const open = noFigures(facts);
  const { external } = facts;
  if (open !== null || external === null) return inconclusive(row, 'no_figures', open ?? '');
  if (row.id === 'error_rate') return errorRow(row, external);
  const task = row.id === 'connect_success_rate' ? CONNECT : taskOf(row.id, facts);
  const rows = external.rows.filter(({ name, requests }) => requests > 0 && taskName(name) === task);
  if (rows.length === 0) return inconclusive(row, 'no_data', `${external.tool} tells of no request that is named ${task} or ws_${task}`);
  return row.id === 'connect_success_rate' ? connectRow(row, rows, external) : latencyRow(row, rows, external);
}

const taskOf = (id: string, { thresholds }: Facts): string =>
  [...thresholds.taskP95Ms.keys()].find((task) => taskP95Id(task) === id) ?? CONNECT;

/** The name of a request as our tasks are named: `WSS connect` and `ws_connecting` are `connect`, `ws_ping` is `ping`. */
function taskName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');
  const bare = plain.replace(/^(?:wss?|websocket)_/, '');
  return bare === 'connecting' ? CONNECT : bare;
}

const source = ({ tool, files }: ExternalLoad): string => `as ${tool} tells it in ${(files ?? []).join(', ')}`;

/** `uncounted` are the names of those whose failures the tool does not tell: of these there may be more. */
const sumOf = (rows: readonly ExternalRow[]): { requests: number; failures: number; uncounted: string[] } => ({
  requests: rows.reduce((sum, { requests }) => sum + requests, 0),
  failures: rows.reduce((sum, { failures }) => sum + (failures ?? 0), 0),
  uncounted: rows.filter(({ failures }) => failures === null).map(({ name }) => name),
});

const uncountedText = (tool: string, names: readonly string[]): string => `${tool} does not count the failures of ${names.join(', ')}`;

function errorRow(row: CriterionRow, external: ExternalLoad): CriterionRow {
  const { requests, failures, uncounted } = sumOf(external.rows);
  if (requests === 0) return inconclusive(row, 'no_data', `${external.tool} tells of no request`);
  const rate = failures / requests;
  const holds = failures === 0 || rate < (row.limit ?? 0);
  const evidence = `${failures} of ${counted(requests, 'request')} failed, ${source(external)}`;
  if (holds && uncounted.length > 0) return inconclusive(row, 'no_figures', uncountedText(external.tool, uncounted));
  const base = { ...row, samples: requests };
  return holds ? held(base, percent(rate), rate, evidence) : failed(base, percent(rate), rate, evidence);
}

function connectRow(row: CriterionRow, rows: readonly ExternalRow[], external: ExternalLoad): CriterionRow {
  const { requests, failures, uncounted } = sumOf(rows);
  if (uncounted.length > 0) return inconclusive(row, 'no_figures', uncountedText(external.tool, uncounted));
  const rate = (requests - failures) / requests;
  const limit = row.limit ?? 1;
  const holds = rate > limit || (limit >= 1 && failures === 0);
  const evidence = `${requests - failures} of ${counted(requests, 'connect')} succeeded, ${source(external)}`;
  const base = { ...row, samples: requests };
  return holds ? held(base, percent(rate), rate, evidence) : failed(base, percent(rate), rate, evidence);
}

function latencyRow(row: CriterionRow, rows: readonly ExternalRow[], external: ExternalLoad): CriterionRow {
  const names = rows.map(({ name }) => name).join(', ');
  const told = rows.map(({ percentiles }) => percentiles['0.95']);
  // Percentiles cannot be added up: of several rows the slowest holds, and one that is not told could be it.
  if (told.some((one) => one === undefined))
    return inconclusive(row, 'no_figures', `${external.tool} does not tell the 95th percentile of ${names}`);
  const p95 = Math.max(...told.filter((one) => one !== undefined));
  const { requests, failures } = sumOf(rows);
  const some = failures > 0 ? `, ${failures} of them failed` : '';
  const evidence = `95th percentile of ${counted(requests, 'request')} of ${names}${some}, ${source(external)}`;
  const holds = p95 < (row.limit ?? 0);
  const base = { ...row, samples: requests };
  if (holds && failures === requests) return inconclusive(base, 'no_success', `${evidence}; not one succeeded`, millis(p95), p95);
  return holds ? held(base, millis(p95), p95, evidence) : failed(base, millis(p95), p95, evidence);
}
