import type { LogExampleRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** The first lines of the logs that matched each pattern. */
export function LogExamples({ model: { result } }: SectionProps) {
  const { sections, notes, logExamples: t } = useTexts();
  const figures = useFigures();
  const columns: Column<LogExampleRow>[] = [
    { id: 'time', title: t.time, by: (row) => row.t, cell: (row) => figures.time(row.t) },
    { id: 'backend', title: t.backend, by: ({ backend }) => backend, cell: ({ backend }) => backend },
    { id: 'pattern', title: t.pattern, by: ({ pattern }) => pattern, cell: ({ pattern }) => pattern },
    { id: 'line', title: t.line, isWide: true, cell: ({ line }) => <code>{line}</code> },
  ];
  return (
    <Section id="logExamples" title={sections.logExamples} note={notes.logExamples}>
      <Table label={sections.logExamples} columns={columns} rows={result.logExamples} keyOf={(_, index) => String(index)} isStacked />
    </Section>
  );
}
