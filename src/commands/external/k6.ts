import { z } from 'zod';
import { optionOf } from './arguments.js';
import { type ExternalRow, shareOf } from './row.js';

/** The file in which this command of k6 leaves its figures; undefined where it was not told to. */
export function k6File(command: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  return optionOf(command, '--summary-export') ?? (env.K6_SUMMARY_EXPORT || undefined);
}

const figures = z.record(z.string(), z.unknown());

/** In a summary that a script writes itself (`handleSummary`), as JSON of all its data, the figures are under `values`. */
const metric = z.looseObject({ values: figures.optional() }).transform(({ values, ...flat }) => values ?? flat);

const check = z.looseObject({ name: z.string(), fails: z.number() });

/** Lists in some versions, objects by name in others. */
const many = <T extends z.ZodType>(item: T) => z.union([z.array(item), z.record(z.string(), item).transform((all) => Object.values(all))]);

interface Group {
  checks?: z.infer<typeof check>[] | undefined;
  groups?: Group[] | undefined;
}
const group: z.ZodType<Group> = z.lazy(() => z.looseObject({ checks: many(check).optional(), groups: many(group).optional() }));

const summary = z.looseObject({ metrics: z.record(z.string(), metric), root_group: group.optional() });

/**
 * The figures of a summary that k6 wrote with `--summary-export`:
 * - `http_reqs`: its HTTP requests.
 * - `ws_connecting`: its WebSocket connects. k6 does not count those that failed, so the row has no failures.
 * - `checks`: each check that the script made, for a request; the failed ones by the check's name.
 *
 * @throws Error saying what is not as k6 writes it.
 */
export function parseK6(text: string): ExternalRow[] {
  const parsed = summary.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`it is no summary of k6: ${z.prettifyError(parsed.error)}`);
  const { metrics, root_group: root } = parsed.data;
  const rows: ExternalRow[] = [];
  const requests = countIn(metrics.http_reqs, 'count');
  if (requests !== undefined) {
    // It is the rate of failures: those that passed its test are the ones that failed.
    const failures = countIn(metrics.http_req_failed, 'passes');
    rows.push({ name: 'http_reqs', requests, failures, percentiles: percentilesOf(metrics.http_req_duration), errors: {} });
  }
  const sessions = countIn(metrics.ws_sessions, 'count');
  if (sessions !== undefined) {
    rows.push({ name: 'ws_connecting', requests: sessions, percentiles: percentilesOf(metrics.ws_connecting), errors: {} });
  }
  const [passed, failed] = [countIn(metrics.checks, 'passes'), countIn(metrics.checks, 'fails')];
  if (passed !== undefined && failed !== undefined) {
    rows.push({ name: 'checks', requests: passed + failed, failures: failed, percentiles: {}, errors: failedChecks(root) });
  }
  return rows.map(withoutUndefined);
}

function withoutUndefined({ failures, ...row }: ExternalRow): ExternalRow {
  return failures === undefined ? row : { ...row, failures };
}

function countIn(values: Record<string, unknown> | undefined, key: string): number | undefined {
  const value = values?.[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** `med`, `max` and `p(95)`; times are in ms. */
function percentilesOf(values: Record<string, unknown> = {}): Record<string, number> {
  const entries = Object.entries(values).flatMap(([key, value]): [string, number][] => {
    const percent = key === 'med' ? '50' : key === 'max' ? '100' : /^p\((\d+(?:\.\d+)?)\)$/.exec(key)?.[1];
    return percent !== undefined && typeof value === 'number' && value >= 0 ? [[shareOf(Number(percent)), value]] : [];
  });
  return Object.fromEntries(entries);
}

function failedChecks(root: Group | undefined): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const { name, fails } of root?.checks ?? []) if (fails > 0) errors[name] = (errors[name] ?? 0) + fails;
  for (const inner of root?.groups ?? []) {
    for (const [name, fails] of Object.entries(failedChecks(inner))) errors[name] = (errors[name] ?? 0) + fails;
  }
  return errors;
}
