import type { TargetEventRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What happened to the parts of the target. */
export function TargetEvents({ model: { result } }: SectionProps) {
  const { sections, targetEvents: t } = useTexts();
  const figures = useFigures();
  const columns: Column<TargetEventRow>[] = [
    { id: 'time', title: t.time, by: (row) => row.t, cell: (row) => figures.time(row.t) },
    { id: 'component', title: t.component, isHead: true, by: ({ component }) => component, cell: ({ component }) => component },
    { id: 'what', title: t.what, by: ({ what }) => what, cell: ({ what }) => what },
    { id: 'detail', title: t.detail, isWide: true, cell: ({ detail }) => detail },
    { id: 'source', title: t.source, cell: ({ sourceTime }) => figures.time(sourceTime) },
  ];
  return (
    <Section id="targetEvents" title={sections.targetEvents}>
      <Table label={sections.targetEvents} columns={columns} rows={result.targetEvents} keyOf={(_, index) => String(index)} isStacked />
    </Section>
  );
}
