import { PERCENTILES, type TimingRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** The steps of the opening handshake and the time to reconnect. */
export function Timings({ model: { result } }: SectionProps) {
  const { sections, timings: t } = useTexts();
  const figures = useFigures();
  const columns: Column<TimingRow>[] = [
    { id: 'name', title: t.name, isHead: true, cell: ({ name }) => name },
    { id: 'count', title: t.count, isNumber: true, cell: ({ count }) => figures.count(count) },
    ...PERCENTILES.map(
      ([name]): Column<TimingRow> => ({ id: name, title: name, isNumber: true, cell: ({ latency }) => figures.ms(latency[name]) }),
    ),
  ];
  const title = `${sections.timings} (ms)`;
  return (
    <Section id="timings" title={title}>
      <Table label={title} columns={columns} rows={result.timings} keyOf={({ name }) => name} />
    </Section>
  );
}
