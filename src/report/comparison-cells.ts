import type { ComparedMetric, Comparison } from '../verdict/compare/comparison.js';
import { decimal, utc } from './text.js';

/** A table of a comparison. */
export interface ComparisonTable {
  title: string;
  columns: string[];
  rows: string[][];
}

/** Everything that a comparison says in tables, what differed before the load first. */
export function comparisonTables({ runs, differences, metrics }: Comparison): ComparisonTable[] {
  const ids = runs.map(({ runId }) => runId);
  return [
    {
      title: 'What was not the same before the load',
      columns: ['What', 'Name', ...ids],
      rows: differences.map(({ what, name, values }) => [what, name, ...values.map((value) => value ?? 'not known')]),
    },
    {
      title: 'Runs',
      columns: ['Run', 'Start', 'Verdict', 'Compared stage', 'Requests', 'Error rate'],
      rows: runs.map(({ runId, start, verdict, steady, requests, errorRate }) => [
        ...[runId, utc(start), verdict, steady === null ? 'none' : `${steady.stage}: ${steady.users} users, ${steady.seconds} s`],
        ...[String(requests), errorRate === null ? 'N/A' : `${decimal(errorRate * 100, 3)} %`],
      ]),
    },
    {
      title: 'Metrics (medians)',
      columns: ['Metric', ...ids, 'Spread', 'Against the first'],
      rows: metrics.map((metric) => [metric.title, ...metric.shown, spread(metric), tests(metric)]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

/** Whether the runs say the same, in one line. */
export function conclusion({ reproducible, runs }: Comparison): string {
  const words = {
    yes: 'the same within the noise: the result is reproducible',
    no: 'NOT the same',
    unknown: 'INCONCLUSIVE: nobody can tell whether they are the same',
  } as const;
  return `${runs.length} runs: ${words[reproducible]}`;
}

const spread = (metric: ComparedMetric): string => (metric.spread === null ? 'N/A' : `${decimal(metric.spread * 100, 1)} %`);

function tests({ tests: all }: ComparedMetric): string {
  const words = all.map(({ standing, change }) => {
    if (standing === 'unknown') return 'not known';
    const by = change === null ? '' : ` (${change < 0 ? '−' : '+'}${decimal(Math.abs(change) * 100, 1)} %)`;
    return standing === 'same' ? `noise${by}` : `differs${by}`;
  });
  return words.join(', ');
}
