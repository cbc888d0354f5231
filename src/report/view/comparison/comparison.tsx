import type { ComparedMetric, ComparedRun, Comparison, Difference } from '../../../verdict/compare/comparison.js';
import { visible } from '../../text.js';
import { type Figures, useFigures } from '../figures.js';
import type { LiveTexts } from '../i18n/live-en.js';
import { useLive } from '../live/texts.js';
import type { ComparisonModel } from '../model.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import './comparison.css';
import { Overlay } from './overlay.js';
import { Standings } from './standings.js';

interface ComparisonViewProps {
  model: ComparisonModel;
  /** Where a run can be opened: the address of its page. Left out in a file. */
  hrefOf?(id: string): string;
}

/** Several runs beside each other: whether they say the same, what differs, and their charts overlaid. */
export function ComparisonView({ model, hrefOf }: ComparisonViewProps) {
  const t = useLive().compare;
  const figures = useFigures();
  const { runs, differences, metrics, reproducible, reasons, method } = model.comparison;
  return (
    <div class="comparison">
      <header class={`card head ${HEAD[reproducible]}`}>
        <h1>
          {t.title} · {t.count(runs.length)}
        </h1>
        <p class="verdict">{t.reproducible[reproducible]}</p>
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{visible(reason)}</li>
          ))}
        </ul>
      </header>
      <Section id="compared" title={t.runs}>
        <Table
          label={t.runs}
          columns={runColumns(t, figures, hrefOf)}
          rows={[...runs.entries()]}
          keyOf={([, { runId }]) => runId}
          isStacked
        />
      </Section>
      {differences.length > 0 && (
        <Section id="differences" title={t.differences}>
          <Table
            label={t.differences}
            columns={differenceColumns(t, runs)}
            rows={differences}
            keyOf={({ what, name }) => `${what} ${name}`}
          />
        </Section>
      )}
      <Section id="overlaid" title={t.charts} note={model.thinning > 1 ? t.thinned(model.thinning) : undefined}>
        <Overlay model={model} />
      </Section>
      <Section id="metrics" title={t.metrics}>
        <Table label={t.metrics} columns={metricColumns(t, figures, runs)} rows={metrics} keyOf={({ id }) => id} />
        <details class="method">
          <summary>{t.method}</summary>
          <p>{method}</p>
        </details>
      </Section>
    </div>
  );
}

/** How the head is coloured; the words say the same. */
const HEAD = { yes: 'pass', no: 'fail', unknown: 'inconclusive' } as const;

type Texts = LiveTexts['compare'];
type NumberedRun = readonly [place: number, run: ComparedRun];

function runColumns(t: Texts, figures: Figures, hrefOf: ComparisonViewProps['hrefOf']): Column<NumberedRun>[] {
  const stageOf = ({ steady }: ComparedRun): string =>
    steady === null ? t.noStage : t.stageText(visible(steady.stage), figures.count(steady.users), figures.count(steady.seconds));
  return [
    {
      ...{ id: 'run', title: t.run, isHead: true },
      cell: ([place, { runId }]) => (
        <>
          <span class="run-number">{t.runNumber(place + 1)}</span> {hrefOf ? <a href={hrefOf(runId)}>{runId}</a> : runId}
        </>
      ),
    },
    { id: 'verdict', title: t.verdict, cell: ([, { verdict }]) => <span class={`tag ${verdict.toLowerCase()}`}>{verdict}</span> },
    { id: 'start', title: t.start, cell: ([, { start }]) => figures.time(start) },
    { id: 'target', title: t.target, cell: ([, { target }]) => visible(target) },
    { id: 'stage', title: t.stage, cell: ([, run]) => stageOf(run) },
    { id: 'requests', title: t.requests, isNumber: true, cell: ([, { requests }]) => figures.count(requests) },
    { id: 'errors', title: t.errorRate, isNumber: true, cell: ([, { errorRate }]) => figures.percent(errorRate) },
  ];
}

function differenceColumns(t: Texts, runs: Comparison['runs']): Column<Difference>[] {
  return [
    { id: 'name', title: t.name, isHead: true, cell: ({ name }) => visible(name) },
    { id: 'what', title: t.what, cell: ({ what }) => t.kinds[what] },
    ...runs.map(
      ({ runId }, index): Column<Difference> => ({
        id: runId,
        title: t.runNumber(index + 1),
        cell: ({ values }) => (values[index] === null ? t.notKnown : visible(values[index] ?? '')),
      }),
    ),
  ];
}

function metricColumns(t: Texts, figures: Figures, runs: Comparison['runs']): Column<ComparedMetric>[] {
  return [
    { id: 'metric', title: t.metric, isHead: true, cell: ({ title }) => visible(title) },
    ...runs.map(
      ({ runId }, index): Column<ComparedMetric> => ({
        id: runId,
        title: t.runNumber(index + 1),
        isNumber: true,
        cell: ({ values, shown }) => (values[index] === null ? t.notMeasured : shown[index]),
      }),
    ),
    { id: 'spread', title: t.spread, isNumber: true, by: ({ spread }) => spread ?? -1, cell: ({ spread }) => figures.percent(spread) },
    { id: 'against', title: t.against, cell: (metric) => <Standings of={metric} /> },
  ];
}
