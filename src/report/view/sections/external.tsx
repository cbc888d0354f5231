import type { ExternalRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Counts } from '../parts/counts.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What another tool says of its load. */
export function External({ model: { result } }: SectionProps) {
  const { sections, external: t } = useTexts();
  const figures = useFigures();
  const { external } = result;
  if (external === null) return null;
  const { tool, command, ended, files, rows } = external;
  const how = ended === null ? null : (ended.signal ?? (ended.exitCode === null ? null : t.exit(ended.exitCode)));
  const told = (value: number | null | undefined, shown: (value: number) => string): string =>
    value === null || value === undefined ? t.notTold : shown(value);
  const percentile = (id: string, title: string, share: string): Column<ExternalRow> => ({
    ...{ id, title, isNumber: true },
    cell: ({ percentiles }) => told(percentiles[share], figures.ms),
  });
  const columns: Column<ExternalRow>[] = [
    { id: 'request', title: t.request, isHead: true, by: ({ name }) => name, cell: ({ name }) => name },
    { id: 'requests', title: t.requests, isNumber: true, by: ({ requests }) => requests, cell: ({ requests }) => figures.count(requests) },
    {
      ...{ id: 'failures', title: t.failures, isNumber: true },
      by: ({ failures }) => failures ?? 0,
      cell: ({ failures }) => told(failures, figures.count),
    },
    percentile('median', t.median, '0.5'),
    percentile('p95', '95%', '0.95'),
    percentile('p99', '99%', '0.99'),
    { id: 'errors', title: t.errors, isWide: true, cell: ({ errors }) => <Counts of={errors} /> },
  ];
  return (
    <Section id="external" title={sections.external} note={files === null ? undefined : t.told(tool, files.join(', '))}>
      <p class="note">
        {t.command}: <code>{command.join(' ')}</code> {how !== null && t.ended(how)}
      </p>
      {rows.length > 0 && <Table label={sections.external} columns={columns} rows={rows} keyOf={({ name }) => name} />}
    </Section>
  );
}
