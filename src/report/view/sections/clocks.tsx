import type { ClockRow } from '../../../verdict/run-result.js';
import { decimal } from '../../text.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** How far the clocks of the sources were ahead of ours. */
export function Clocks({ model: { result } }: SectionProps) {
  const { sections, notes, clocks: t } = useTexts();
  const figures = useFigures();
  const milliseconds = (id: string, title: string, of: (row: ClockRow) => number): Column<ClockRow> => ({
    ...{ id, title, isNumber: true },
    cell: (row) => decimal(of(row), 1),
  });
  const columns: Column<ClockRow>[] = [
    { id: 'source', title: t.source, isHead: true, cell: ({ source }) => source },
    { id: 'readings', title: t.readings, isNumber: true, cell: ({ readings }) => figures.count(readings) },
    milliseconds('offset', t.offset, ({ offsetMs }) => offsetMs),
    milliseconds('uncertainty', t.uncertainty, ({ uncertaintyMs }) => uncertaintyMs),
    milliseconds('min', t.min, ({ minMs }) => minMs),
    milliseconds('max', t.max, ({ maxMs }) => maxMs),
  ];
  return (
    <Section id="clocks" title={sections.clocks} note={notes.clocks}>
      <Table label={sections.clocks} columns={columns} rows={result.clocks} keyOf={({ source }) => source} />
    </Section>
  );
}
