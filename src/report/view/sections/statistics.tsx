import type { TaskStatistics } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Counts } from '../parts/counts.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** Requests by task, as Locust has them; the sum stays last. */
export function Statistics({ model: { result } }: SectionProps) {
  const texts = useTexts();
  const t = texts.statistics;
  const figures = useFigures();
  const { ms, count } = figures;
  const number = (
    id: string,
    title: string,
    by: (row: TaskStatistics) => number,
    shown: (value: number) => string = count,
  ): Column<TaskStatistics> => ({ id, title, by, cell: (row) => shown(by(row)), isNumber: true });
  const columns: Column<TaskStatistics>[] = [
    {
      id: 'task',
      title: t.task,
      isHead: true,
      by: ({ name }) => name,
      cell: (row) => (row === result.aggregated ? t.aggregated : row.name),
    },
    number('requests', t.requests, ({ requests }) => requests),
    number('failures', t.failures, ({ failures }) => failures),
    number('late', t.late, ({ late }) => late),
    number('median', t.median, ({ medianMs }) => medianMs, ms),
    number('p95', t.p95, ({ latency }) => latency?.['95%'] ?? 0, ms),
    number('p99', t.p99, ({ latency }) => latency?.['99%'] ?? 0, ms),
    number('average', t.average, ({ averageMs }) => averageMs, ms),
    number('min', t.min, ({ minMs }) => minMs, ms),
    number('max', t.max, ({ maxMs }) => maxMs, ms),
    number(
      'size',
      t.size,
      ({ bytes, requests }) => (requests > 0 ? bytes / requests : 0),
      (value) => count(Number(value.toFixed(1))),
    ),
    number('rate', t.rate, ({ requestsPerSecond }) => requestsPerSecond, figures.rate),
    number('failureRate', t.failureRate, ({ failuresPerSecond }) => failuresPerSecond, figures.rate),
    { id: 'replies', title: t.replies, isWide: true, cell: (row) => row !== result.aggregated && <Counts of={row.replies} /> },
  ];
  return (
    <Section id="statistics" title={texts.sections.statistics} note={texts.notes.statistics}>
      <Table label={texts.sections.statistics} columns={columns} rows={result.tasks} sum={result.aggregated} keyOf={({ name }) => name} />
    </Section>
  );
}
