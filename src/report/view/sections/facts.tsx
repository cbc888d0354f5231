import type { ComponentChildren } from 'preact';
import { type Figures, useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import type { Texts } from '../i18n/en.js';
import type { PageResult } from '../model.js';

interface FactsProps {
  result: PageResult;
  isLive: boolean;
}

const NAME = 'loadwitness';

/** What the run was: when, with what, how much of it. */
export function Facts({ result, isLive }: FactsProps) {
  const texts = useTexts();
  const t = texts.head;
  const figures = useFigures();
  const { window, stages, tool, schema, strict, runId, sampleIntervalMs } = result;
  return (
    <dl class="facts" aria-label={t.facts}>
      <Fact name={t.run}>{runId}</Fact>
      <Fact name={t.started}>{figures.time(window.runStart)} UTC</Fact>
      <Fact name={t.ended}>{isLive && window.runEnd === null ? t.goesOn : ended(result, figures, t)}</Fact>
      <Fact name={t.load}>{loadTime(result, figures, t)}</Fact>
      {window.loadStart !== null && stages.length > 0 && <Fact name={t.held}>{highestStep(result, figures, t)}</Fact>}
      {result.mode === 'load' ? (
        <OwnLoad result={result} />
      ) : (
        <Fact name={t.loadBy}>{result.external?.tool ?? (result.mode === 'watch' ? t.watched : t.nobody)}</Fact>
      )}
      <Fact name={t.interval}>{figures.duration(sampleIntervalMs)}</Fact>
      <Fact name={t.tool}>{t.toolText(tool.startsWith(NAME) ? tool : `${NAME} ${tool}`, schema, strict)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function OwnLoad({ result: { peakUsers, aggregated, identity, generator } }: { result: PageResult }) {
  const t = useTexts().head;
  const figures = useFigures();
  return (
    <>
      <Fact name={t.users}>{t.usersOf(figures.count(peakUsers.connected), figures.count(peakUsers.planned))}</Fact>
      <Fact name={t.requests}>{figures.count(aggregated.requests)}</Fact>
      <Fact name={t.errors}>
        {figures.count(aggregated.failures)}
        {aggregated.requests > 0 && ` (${figures.percent(aggregated.failures / aggregated.requests)})`}
      </Fact>
      <Fact name={t.identity}>{identity}</Fact>
      <Fact name={t.generator}>{t.saturated(figures.count(generator.saturatedSeconds), figures.count(generator.seconds))}</Fact>
    </>
  );
}

function ended({ ended: how, window }: PageResult, figures: Figures, t: Texts['head']): string {
  if (how === null) return t.cutOff;
  const signal = how.signal === null ? '' : ` (${how.signal})`;
  return `${figures.time(window.runEnd ?? window.lastEvent)} UTC, ${how.reason}${signal}`;
}

function loadTime({ window }: PageResult, figures: Figures, t: Texts['head']): string {
  return window.loadStart === null ? t.noLoad : figures.duration((window.loadEnd ?? window.lastEvent) - window.loadStart);
}

function highestStep({ highestStep: step }: PageResult, figures: Figures, t: Texts['head']): string {
  return step === null ? t.heldNone : t.heldAt(figures.count(step.users), step.name);
}
