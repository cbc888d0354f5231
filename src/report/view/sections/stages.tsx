import type { StageResult } from '../../../verdict/run-result.js';
import { type Figures, useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** The plan, and how each of its stages went on its own. */
export function Stages({ model: { result } }: SectionProps) {
  const texts = useTexts();
  const t = texts.stages;
  const figures = useFigures();
  const number = (id: string, title: string, of: (stage: StageResult) => string): Column<StageResult> => ({
    id,
    title,
    cell: of,
    isNumber: true,
  });
  const { highestStep: step, window, stages } = result;
  const why: Column<StageResult> = {
    ...{ id: 'why', title: t.why, isWide: true },
    cell: ({ reasons }) => reasons.map((reason) => <div key={reason}>{reason}</div>),
  };
  const columns: Column<StageResult>[] = [
    { id: 'status', title: t.status, cell: ({ status }) => <Status of={status} /> },
    { id: 'name', title: t.name, isHead: true, cell: ({ name }) => name },
    number('users', t.users, ({ users, usersReached }) => t.usersOf(figures.count(usersReached), figures.count(users))),
    number('rate', t.rate, ({ spawnRate }) => figures.count(spawnRate)),
    number('until', t.until, ({ untilSeconds }) => figures.duration(untilSeconds * 1000)),
    {
      ...{ id: 'judged', title: t.judged, isNumber: true },
      cell: ({ seconds, heldSeconds }) => (
        <>
          {figures.duration(seconds * 1000)} <div class="muted origin">{t.held(figures.duration(heldSeconds * 1000))}</div>
        </>
      ),
    },
    number('requests', t.requests, ({ requests }) => figures.count(requests)),
    number('failures', t.failures, ({ failures }) => figures.count(failures)),
    number('drops', t.drops, ({ drops }) => figures.count(drops)),
    number('errorRate', t.errorRate, ({ errorRate }) => figures.percent(errorRate)),
    { id: 'latency', title: t.latency, cell: ({ tasks }) => <Latencies tasks={tasks} /> },
    ...(stages.some(({ reasons }) => reasons.length > 0) ? [why] : []),
  ];
  return (
    <Section id="stages" title={texts.sections.stages}>
      <Table
        label={texts.sections.stages}
        columns={columns}
        rows={stages}
        keyOf={({ name, untilSeconds }) => `${untilSeconds} ${name}`}
        isStacked
      />
      {window.loadStart !== null && <p class="note">{step === null ? t.highestNone : t.highest(figures.count(step.users), step.name)}</p>}
    </Section>
  );
}

function Latencies({ tasks }: Pick<StageResult, 'tasks'>) {
  const t = useTexts().stages;
  const figures = useFigures();
  return (
    <>
      {tasks.map(({ name, latency, intended }) => (
        <div key={name} class="latency">
          {name} <b>{few(latency, figures)}</b> <span class="muted">{t.intended(few(intended, figures))}</span>
        </div>
      ))}
    </>
  );
}

const few = (at: StageResult['tasks'][number]['latency'], figures: Figures): string =>
  at === null ? '–' : `${figures.ms(at['50%'])} / ${figures.ms(at['95%'])} / ${figures.ms(at['99%'])}`;
