import type { FailureRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** Failures by task and kind, with the first and the last time. */
export function Failures({ model: { result } }: SectionProps) {
  const texts = useTexts();
  const t = texts.failures;
  const figures = useFigures();
  const requestsOf = new Map(result.tasks.map(({ name, requests }) => [name, requests]));
  const share = ({ task, occurrences }: FailureRow): number | null => {
    const requests = requestsOf.get(task) ?? 0;
    return requests > 0 ? occurrences / requests : null;
  };
  const columns: Column<FailureRow>[] = [
    { id: 'task', title: t.task, isHead: true, by: ({ task }) => task, cell: ({ task }) => task },
    { id: 'kind', title: t.kind, by: ({ kind }) => kind, cell: ({ kind }) => kind },
    {
      id: 'occurrences',
      title: t.occurrences,
      isNumber: true,
      by: ({ occurrences }) => occurrences,
      cell: (row) => figures.count(row.occurrences),
    },
    { id: 'share', title: t.share, isNumber: true, by: (row) => share(row) ?? 0, cell: (row) => figures.percent(share(row)) },
    { id: 'first', title: t.first, by: ({ first }) => first, cell: ({ first }) => figures.time(first * 1000) },
    { id: 'last', title: t.last, by: ({ last }) => last, cell: ({ last }) => figures.time(last * 1000) },
  ];
  return (
    <Section id="failures" title={texts.sections.failures}>
      {result.failures.length === 0 ? (
        <p class="card muted">{t.none}</p>
      ) : (
        <Table
          label={texts.sections.failures}
          columns={columns}
          rows={result.failures}
          keyOf={({ task, kind }) => `${task} ${kind}`}
          isStacked
        />
      )}
    </Section>
  );
}
