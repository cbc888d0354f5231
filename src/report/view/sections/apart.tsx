import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { type ApartRow, apartRows } from './apart-rows.js';
import type { SectionProps } from './props.js';

/** Frames that nobody asked for, closed and dropped sockets, and what came too late or never left. */
export function Apart({ model: { result } }: SectionProps) {
  const { sections, notes, apart: t } = useTexts();
  const figures = useFigures();
  const columns: Column<ApartRow>[] = [
    { id: 'what', title: t.what, by: ({ what }) => t[what], cell: ({ what }) => t[what] },
    { id: 'kind', title: t.kind, isHead: true, by: ({ kind }) => kind ?? '', cell: ({ kind }) => kind ?? t.noConnection },
    { id: 'count', title: t.count, isNumber: true, by: ({ count }) => count, cell: ({ count }) => figures.count(count) },
  ];
  return (
    <Section id="apart" title={sections.apart} note={notes.apart}>
      <Table label={sections.apart} columns={columns} rows={apartRows(result)} keyOf={({ what, kind }) => `${what} ${kind}`} />
    </Section>
  );
}
