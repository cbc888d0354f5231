import type { ComponentType } from 'preact';
import { Charts } from './charts/charts.js';
import { useLanguage, useTexts } from './i18n/context.js';
import type { PageModel, PageResult } from './model.js';
import { SectionNav } from './section-nav.js';
import { Apart } from './sections/apart.js';
import { apartRows } from './sections/apart-rows.js';
import { Canaries } from './sections/canaries.js';
import { Checks } from './sections/checks.js';
import { Clocks } from './sections/clocks.js';
import { Components } from './sections/components.js';
import { Criteria } from './sections/criteria.js';
import { Downloads } from './sections/downloads.js';
import { Events } from './sections/events.js';
import { Evidence } from './sections/evidence.js';
import { Exceptions } from './sections/exceptions.js';
import { External } from './sections/external.js';
import { Failures } from './sections/failures.js';
import { Findings } from './sections/findings.js';
import { Generator } from './sections/generator.js';
import { Head } from './sections/head.js';
import { LogExamples } from './sections/log-examples.js';
import { Logs } from './sections/logs.js';
import { Percentiles } from './sections/percentiles.js';
import type { SectionId, SectionProps } from './sections/props.js';
import { SamplerErrors } from './sections/sampler-errors.js';
import { Stages } from './sections/stages.js';
import { Statistics } from './sections/statistics.js';
import { TargetEvents } from './sections/target-events.js';
import { Timings } from './sections/timings.js';
import { shown } from './shown.js';

interface Part {
  id: SectionId;
  View: ComponentType<SectionProps>;
  /** Whether there is something to show; left out: always. */
  has?(result: PageResult, model: PageModel): boolean;
}

const CHARTS: Part = { id: 'charts', View: ChartSection };
const hasLoad = ({ aggregated }: PageResult): boolean => aggregated.requests > 0;

/** The sections below the verdict, in their order. */
const PARTS: readonly Part[] = [
  { id: 'criteria', View: Criteria },
  { id: 'stages', View: Stages, has: ({ stages }) => stages.length > 0 },
  { id: 'findings', View: Findings, has: ({ findings }) => findings.length > 0 },
  { id: 'checks', View: Checks, has: ({ checks }) => checks.length > 0 },
  { id: 'statistics', View: Statistics, has: hasLoad },
  { id: 'percentiles', View: Percentiles, has: hasLoad },
  { id: 'failures', View: Failures, has: (result) => hasLoad(result) || result.failures.length > 0 },
  { id: 'exceptions', View: Exceptions, has: ({ exceptions }) => exceptions.length > 0 },
  { id: 'external', View: External, has: ({ external }) => external !== null },
  CHARTS,
  { id: 'apart', View: Apart, has: (result) => apartRows(result).length > 0 },
  { id: 'timings', View: Timings, has: ({ timings }) => timings.length > 0 },
  { id: 'canaries', View: Canaries, has: ({ canaries }) => canaries !== null },
  { id: 'components', View: Components, has: ({ components }) => components.length > 0 },
  { id: 'targetEvents', View: TargetEvents, has: ({ targetEvents }) => targetEvents.length > 0 },
  { id: 'clocks', View: Clocks, has: ({ clocks }) => clocks.length > 0 },
  { id: 'logs', View: Logs, has: ({ logProof }) => logProof.backends.length > 0 },
  { id: 'logExamples', View: LogExamples, has: ({ logExamples }) => logExamples.length > 0 },
  { id: 'generator', View: Generator, has: ({ generator }) => generator.seconds > 0 },
  { id: 'samplerErrors', View: SamplerErrors, has: ({ samplerErrors }) => samplerErrors.length > 0 },
  { id: 'events', View: Events, has: ({ events }) => events.length > 0 },
  { id: 'evidence', View: Evidence, has: (_, { files }) => files.length > 0 },
];

/** Of a run that goes on one looks at the figures as they move. */
const LIVE_FIRST: readonly SectionId[] = ['criteria', 'statistics', 'failures', 'charts'];
const LIVE_PARTS: readonly Part[] = [
  ...LIVE_FIRST.flatMap((id) => PARTS.filter((part) => part.id === id)),
  ...PARTS.filter(({ id }) => !LIVE_FIRST.includes(id)),
];

/** Everything that is to be told of a run. */
export function Report({ model: told }: SectionProps) {
  const model = shown(told);
  const parts = (model.kind === 'live' ? LIVE_PARTS : PARTS).filter(({ has }) => has?.(model.result, model) ?? true);
  return (
    <div class="report">
      <Head model={model} />
      <SectionNav ids={[...parts.map(({ id }) => id), 'downloads']} />
      {parts.map(({ id, View }) => (
        <View key={id} model={model} />
      ))}
      {/* What is taken along is as the run has it. */}
      <Downloads model={told} />
    </div>
  );
}

function ChartSection({ model }: SectionProps) {
  const { sections } = useTexts();
  const language = useLanguage();
  return (
    <section id="charts" aria-labelledby="charts-title">
      <h2 id="charts-title">{sections.charts}</h2>
      <Charts model={model} language={language} />
    </section>
  );
}
