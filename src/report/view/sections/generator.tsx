import { type Figures, useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import type { Texts } from '../i18n/en.js';
import type { PageResult } from '../model.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

interface Row {
  what: string;
  most: string;
  limit: string;
  beyond: number;
}

/** How the load generator fared by each of its limits. */
export function Generator({ model: { result } }: SectionProps) {
  const { sections, generator: t } = useTexts();
  const figures = useFigures();
  const columns: Column<Row>[] = [
    { id: 'what', title: t.what, isHead: true, cell: ({ what }) => what },
    { id: 'most', title: t.most, isNumber: true, cell: ({ most }) => most },
    { id: 'limit', title: t.limit, isNumber: true, cell: ({ limit }) => limit },
    { id: 'beyond', title: t.beyond, isNumber: true, cell: ({ beyond }) => figures.count(beyond) },
  ];
  return (
    <Section id="generator" title={sections.generator}>
      <Table label={sections.generator} columns={columns} rows={rowsOf(result.generator, t, figures)} keyOf={({ what }) => what} />
    </Section>
  );
}

function rowsOf(
  { seconds, saturatedSeconds, missingSeconds, most, beyond, limits }: PageResult['generator'],
  t: Texts['generator'],
  { ms, percent, count }: Figures,
): Row[] {
  const time = (value: number): string => `${ms(value)} ms`;
  return [
    { what: t.blocked, most: time(most.loopDelayMs), limit: time(limits.loopDelayMs), beyond: beyond.loopDelayMs },
    { what: t.busy, most: percent(most.utilization), limit: percent(limits.utilization), beyond: beyond.utilization },
    { what: t.lag, most: time(most.lagMs), limit: time(limits.lagMs), beyond: beyond.lagMs },
    { what: t.gc, most: time(most.gcMs), limit: time(limits.gcMs), beyond: beyond.gcMs },
    { what: t.refused, most: count(most.failures), limit: count(limits.failures), beyond: beyond.failures },
    { what: t.missing, most: count(missingSeconds), limit: '0', beyond: missingSeconds },
    { what: t.saturated, most: percent(saturatedSeconds / seconds), limit: percent(limits.share), beyond: saturatedSeconds },
  ];
}
