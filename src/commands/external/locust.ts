import { optionOf } from './arguments.js';
import { parseCsv } from './csv.js';
import { type ExternalRow, shareOf } from './row.js';

/** The files in which this command of Locust leaves its figures; undefined where it was not told to. */
export function locustFiles(command: readonly string[], env: NodeJS.ProcessEnv): { stats: string; failures: string } | undefined {
  const prefix = optionOf(command, '--csv') ?? env.LOCUST_CSV;
  return prefix ? { stats: `${prefix}_stats.csv`, failures: `${prefix}_failures.csv` } : undefined;
}

/**
 * The figures of Locust's `_stats.csv` and `_failures.csv`. A name that has several types (GET and POST of one path) is `<type> <name>`;
 * the sum of all is the row `Aggregated`.
 *
 * @param failures undefined where there is no such file: then no row has its errors.
 * @throws Error saying what is not as Locust writes it.
 */
export function parseLocust(stats: string, failures: string | undefined): ExternalRow[] {
  const records = parseCsv(stats);
  const types = new Map<string, Set<string>>();
  for (const { Type = '', Name = '' } of records) types.set(Name, (types.get(Name) ?? new Set()).add(Type));
  const nameOf = (type: string, name: string): string => ((types.get(name)?.size ?? 0) > 1 ? `${type} ${name}`.trim() : name);
  const errors = new Map<string, Record<string, number>>();
  for (const { Method = '', Name = '', Error: message = '', ...rest } of parseCsv(failures ?? '')) {
    const key = nameOf(Method, Name);
    errors.set(key, { ...errors.get(key), [message]: (errors.get(key)?.[message] ?? 0) + countOf(rest, 'Occurrences') });
  }
  return records.map((record) => {
    const name = nameOf(record.Type ?? '', record.Name ?? '');
    return {
      name,
      requests: countOf(record, 'Request Count'),
      failures: countOf(record, 'Failure Count'),
      percentiles: percentilesOf(record),
      errors: errors.get(name) ?? {},
    };
  });
}

function countOf(record: Record<string, string>, column: string): number {
  const value = record[column];
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  throw new Error(`it has no number under "${column}"`);
}

/** `N/A` where nothing was requested. */
function percentilesOf(record: Record<string, string>): Record<string, number> {
  const entries = Object.entries(record).flatMap(([column, value]): [string, number][] => {
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(column)?.[1];
    return percent !== undefined && /^\d+(\.\d+)?$/.test(value) ? [[shareOf(Number(percent)), Number(value)]] : [];
  });
  return Object.fromEntries(entries);
}
