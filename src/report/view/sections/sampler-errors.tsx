import type { SamplerErrorRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What could not be read. */
export function SamplerErrors({ model: { result } }: SectionProps) {
  const { sections, notes, samplerErrors: t } = useTexts();
  const figures = useFigures();
  const columns: Column<SamplerErrorRow>[] = [
    { id: 'sampler', title: t.sampler, isHead: true, by: ({ sampler }) => sampler, cell: ({ sampler }) => sampler },
    { id: 'message', title: t.message, isWide: true, cell: ({ message }) => message },
    {
      id: 'occurrences',
      title: t.occurrences,
      isNumber: true,
      by: ({ occurrences }) => occurrences,
      cell: (row) => figures.count(row.occurrences),
    },
    { id: 'first', title: t.first, by: ({ first }) => first, cell: ({ first }) => figures.time(first) },
    { id: 'last', title: t.last, by: ({ last }) => last, cell: ({ last }) => figures.time(last) },
  ];
  return (
    <Section id="samplerErrors" title={sections.samplerErrors} note={notes.samplerErrors}>
      <Table
        label={sections.samplerErrors}
        columns={columns}
        rows={result.samplerErrors}
        keyOf={({ sampler, message }) => `${sampler} ${message}`}
        isStacked
      />
    </Section>
  );
}
