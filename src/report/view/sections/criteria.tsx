import type { CriterionRow } from '../../../verdict/run-result.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import { type Column, Table } from '../parts/table.js';
import { Basis } from './basis.js';
import { useChartIds } from './chart-ids.js';
import { useCriterionTitle } from './criterion-title.js';
import type { SectionProps } from './props.js';

/** What had to hold, what was measured, and why it stands as it does. */
export function Criteria({ model }: SectionProps) {
  const texts = useTexts();
  const t = texts.criteria;
  const titleOf = useCriterionTitle();
  const chartIds = useChartIds(model);
  const columns: Column<CriterionRow>[] = [
    { id: 'status', title: t.status, cell: ({ status, critical }) => <Status of={critical ? 'critical' : status} /> },
    {
      ...{ id: 'what', title: t.what, isHead: true },
      cell: (row) => (
        <>
          {titleOf(row)} {!row.required && <span class="muted">({t.recommended})</span>}
        </>
      ),
    },
    { id: 'observed', title: t.observed, cell: ({ observed }) => <span class="figure">{observed}</span> },
    {
      ...{ id: 'threshold', title: t.threshold, isWide: true },
      cell: ({ threshold, thresholdFrom }) => (
        <>
          {threshold} {thresholdFrom !== null && <div class="muted origin">{t.from(thresholdFrom)}</div>}
        </>
      ),
    },
    {
      ...{ id: 'why', title: t.why, isWide: true },
      cell: (row) => (
        <>
          {row.evidence}
          <Basis row={row} />
        </>
      ),
    },
    {
      ...{ id: 'chart', title: t.chart },
      cell: (row) => {
        const id = chartIds.get(row.id);
        return id === undefined ? null : <ChartLink id={id} label={t.chartOf(titleOf(row))} text={t.chart} />;
      },
    },
  ];
  return (
    <Section id="criteria" title={texts.sections.criteria}>
      {model.result.criteria.length === 0 ? (
        <p class="card muted">{t.none}</p>
      ) : (
        <Table label={texts.sections.criteria} columns={columns} rows={model.result.criteria} keyOf={({ id }) => id} isStacked />
      )}
    </Section>
  );
}

function ChartLink({ id, label, text }: { id: string; label: string; text: string }) {
  return (
    <a class="chart-link" href={`#${id}`} aria-label={label}>
      {text}
    </a>
  );
}
