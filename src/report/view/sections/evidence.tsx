import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import type { PageFile } from '../model.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** The files of the evidence, with what tells whether they are still what they were. */
export function Evidence({ model: { files } }: SectionProps) {
  const { sections, notes, evidence: t } = useTexts();
  const figures = useFigures();
  const columns: Column<PageFile>[] = [
    { id: 'status', title: t.status, by: ({ status }) => status, cell: ({ status }) => <Status of={status} /> },
    { id: 'path', title: t.path, isHead: true, by: ({ path }) => path, cell: ({ path }) => path },
    { id: 'bytes', title: t.bytes, isNumber: true, by: ({ bytes }) => bytes ?? -1, cell: ({ bytes }) => figures.bytes(bytes) },
    {
      ...{ id: 'sha256', title: t.sha256 },
      cell: ({ sha256, status }) =>
        sha256 === null ? <span class="muted">{status === 'missing' ? '–' : t.notKnown}</span> : <code class="digest">{sha256}</code>,
    },
    { id: 'reason', title: t.reason, cell: ({ reason }) => reason },
  ];
  const known = files.filter(({ bytes }) => bytes !== null);
  const bytes = known.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  return (
    <Section id="evidence" title={sections.evidence} note={notes.evidence}>
      <Table label={sections.evidence} columns={columns} rows={files} keyOf={({ path }) => path} isStacked />
      {known.length > 0 && <p class="note">{t.total(figures.count(known.length), figures.bytes(bytes))}</p>}
    </Section>
  );
}
