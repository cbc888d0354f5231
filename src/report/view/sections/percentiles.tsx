import { type Percentiles as AllPercentiles, PERCENTILES, type PercentileName, type TaskStatistics } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

interface Row {
  name: string;
  clock: string;
  latency: AllPercentiles | null;
}

/** Response times of each task by percentile, by both clocks. */
export function Percentiles({ model: { result } }: SectionProps) {
  const texts = useTexts();
  const t = texts.statistics;
  const figures = useFigures();
  const rowsOf = (task: TaskStatistics, name = task.name): Row[] => [
    { name, clock: t.actual, latency: task.latency },
    { name, clock: t.intended, latency: task.intended },
  ];
  const percentile = (name: PercentileName): Column<Row> => ({
    ...{ id: name, title: name, isNumber: true },
    by: ({ latency }) => latency?.[name] ?? 0,
    cell: ({ latency }) => figures.ms(latency?.[name] ?? null),
  });
  const columns: Column<Row>[] = [
    { id: 'task', title: t.task, isHead: true, by: ({ name }) => name, cell: ({ name }) => name },
    { id: 'clock', title: t.from, by: ({ clock }) => clock, cell: ({ clock }) => clock },
    ...PERCENTILES.map(([name]) => percentile(name)),
  ];
  const rows = [...result.tasks.flatMap((task) => rowsOf(task)), ...rowsOf(result.aggregated, t.aggregated)];
  return (
    <Section id="percentiles" title={texts.sections.percentiles} note={texts.notes.percentiles}>
      <Table label={texts.sections.percentiles} columns={columns} rows={rows} keyOf={({ name, clock }) => `${clock} ${name}`} />
    </Section>
  );
}
