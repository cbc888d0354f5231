import type { LogReading } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Counts } from '../parts/counts.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What was read of the backends' logs, and what proves that it was read. */
export function Logs({ model: { result } }: SectionProps) {
  const { sections, notes, logs: t } = useTexts();
  const figures = useFigures();
  const { pattern, replyType, lines, replies, backends } = result.logProof;
  const columns: Column<LogReading>[] = [
    { id: 'status', title: t.status, cell: ({ problem }) => <Status of={problem === null ? 'pass' : 'inconclusive'} /> },
    { id: 'backend', title: t.backend, isHead: true, cell: ({ backend }) => backend },
    { id: 'lines', title: t.lines, isNumber: true, cell: (row) => figures.count(row.lines) },
    { id: 'matches', title: t.matches, isWide: true, cell: ({ matches }) => <Counts of={matches} /> },
    { id: 'first', title: t.first, cell: ({ first }) => figures.time(first) },
    { id: 'last', title: t.last, cell: ({ last }) => figures.time(last) },
    { id: 'reading', title: t.reading, isWide: true, cell: ({ problem, samples }) => problem ?? t.whole(figures.count(samples)) },
  ];
  return (
    <Section id="logs" title={sections.logs} note={notes.logs}>
      {replyType !== '' && <p class="note">{t.proof(pattern, figures.count(lines), replyType, figures.count(replies))}</p>}
      <Table label={sections.logs} columns={columns} rows={backends} keyOf={({ backend }) => backend} isStacked />
    </Section>
  );
}
