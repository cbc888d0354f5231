import type { RunEvent } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What happened to the run as a whole. */
export function Events({ model: { result } }: SectionProps) {
  const { sections, events: t } = useTexts();
  const figures = useFigures();
  const columns: Column<RunEvent>[] = [
    { id: 'time', title: t.time, cell: (row) => figures.time(row.t) },
    { id: 'what', title: t.what, cell: ({ text }) => text },
  ];
  return (
    <Section id="events" title={sections.events}>
      <Table label={sections.events} columns={columns} rows={result.events} keyOf={(_, index) => String(index)} isStacked />
    </Section>
  );
}
