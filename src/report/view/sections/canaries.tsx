import type { CanaryCounts, CanaryTotals } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Counts } from '../parts/counts.js';
import { FactList } from '../parts/fact-list.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

const COUNTS = [
  ...(['published', 'received', 'late', 'lost', 'duplicates', 'reordered', 'overdue', 'withdrawn', 'unaddressed', 'refused'] as const),
];
const PHASES = ['before', 'load', 'after'] as const;

interface Row {
  phase: (typeof PHASES)[number] | 'all';
  counts: CanaryCounts;
}

/** What became of the messages that were sent from backend to backend. */
export function Canaries({ model: { result } }: SectionProps) {
  const { sections, notes, canaries: t } = useTexts();
  const figures = useFigures();
  const { canaries } = result;
  if (canaries === null) return null;
  const rows = PHASES.flatMap((phase): Row[] => {
    const counts = canaries.phases[phase];
    return counts === undefined ? [] : [{ phase, counts }];
  });
  const columns: Column<Row>[] = [
    { id: 'phase', title: t.phase, isHead: true, cell: ({ phase }) => t[phase] },
    ...COUNTS.map((id): Column<Row> => ({ id, title: t[id], isNumber: true, cell: ({ counts }) => figures.count(counts[id]) })),
  ];
  return (
    <Section id="canaries" title={sections.canaries} note={notes.canaries}>
      <Table
        label={sections.canaries}
        columns={columns}
        rows={rows}
        sum={{ phase: 'all', counts: canaries }}
        keyOf={({ phase }) => phase}
      />
      <Times canaries={canaries} />
    </Section>
  );
}

function Times({ canaries }: { canaries: CanaryTotals }) {
  const t = useTexts().canaries;
  const figures = useFigures();
  const { latency, leastSubscribers, lostBy, refusals, firstLost, firstDuplicate, perSecond, limitMs, lostAfterMs } = canaries;
  const ofLatency = (['50%', '95%', '99%', '100%'] as const).map((share) => `${share} ${figures.ms(latency?.[share] ?? null)}`).join(' · ');
  const counts = (of: Readonly<Record<string, number>>) => (Object.keys(of).length === 0 ? null : <Counts of={of} />);
  const second = (at: number | null): string | null => (at === null ? null : `${figures.time(at * 1000)} UTC`);
  return (
    <div class="card below">
      <FactList
        facts={[
          [`${t.latency} (ms)`, ofLatency],
          [t.rate, perSecond === null ? null : t.rateText(figures.count(perSecond))],
          [t.limit, limitMs === null ? null : figures.duration(limitMs)],
          [t.given, lostAfterMs === null ? null : figures.duration(lostAfterMs)],
          [t.subscribers, figures.count(leastSubscribers)],
          [t.firstLost, second(firstLost)],
          [t.firstDuplicate, second(firstDuplicate)],
          [t.lostBy, counts(lostBy)],
          [t.refusals, counts(refusals)],
        ]}
      />
    </div>
  );
}
