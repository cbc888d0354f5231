import type { ComponentChildren } from 'preact';
import type { CriterionRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';

/** What a criterion was judged by: where it was read, when, and how much of it there was. */
export function Basis({ row }: { row: CriterionRow }) {
  const t = useTexts().criteria;
  const figures = useFigures();
  const { source, scope, window, samples, minSamples, coverage, minCoverage, greatestGapMs, maxGapMs } = row;
  const facts: [string, ComponentChildren][] = [
    [t.source, source],
    [t.scope, scope],
    ...(window === null
      ? []
      : [[t.window, `${figures.time(window.from)} – ${figures.time(window.to).slice(11)}`] satisfies [string, string]]),
    [t.samples, minSamples > 0 ? t.samplesOf(figures.count(samples), figures.count(minSamples)) : figures.count(samples)],
    ...(coverage === null
      ? []
      : [
          [t.coverage, t.coverageOf(figures.percent(coverage), minCoverage === null ? null : figures.percent(minCoverage))] satisfies [
            string,
            string,
          ],
        ]),
    ...(greatestGapMs === null
      ? []
      : [
          [t.gap, t.gapOf(figures.duration(greatestGapMs), maxGapMs === null ? null : figures.duration(maxGapMs))] satisfies [
            string,
            string,
          ],
        ]),
  ];
  return (
    <details class="basis">
      <summary>{t.basis}</summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
