import type { ExceptionRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** Errors that the scenario itself threw. */
export function Exceptions({ model: { result } }: SectionProps) {
  const { sections, exceptions: t } = useTexts();
  const figures = useFigures();
  const columns: Column<ExceptionRow>[] = [
    { id: 'message', title: t.message, isHead: true, cell: ({ message }) => message },
    {
      id: 'occurrences',
      title: t.occurrences,
      isNumber: true,
      by: ({ occurrences }) => occurrences,
      cell: (row) => figures.count(row.occurrences),
    },
  ];
  return (
    <Section id="exceptions" title={sections.exceptions}>
      <Table label={sections.exceptions} columns={columns} rows={result.exceptions} keyOf={({ message }) => message} isStacked />
    </Section>
  );
}
