import 'uplot/dist/uPlot.min.css';
import './charts.css';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { chartsEn } from '../i18n/charts-en.js';
import { chartsKo } from '../i18n/charts-ko.js';
import type { Language, PageModel } from '../model.js';
import { Board } from './board.js';
import { type ChartGroup, chartGroups } from './chart-list.js';
import { ChartView } from './chart-view.js';
import { EventList } from './event-list.js';
import { type Subject, subjectOf } from './subject.js';
import type { ChartTexts } from './texts.js';
import { Toolbar } from './toolbar.js';

export interface ChartsProps {
  /** Another one, of the same run, each time that there is something new. */
  model: PageModel;
  language: Language;
}

const TEXTS: Readonly<Record<Language, ChartTexts>> = { en: chartsEn, ko: chartsKo };

/** Everything of a run over time, on one time axis. */
export function Charts({ model, language }: ChartsProps) {
  const texts = TEXTS[language];
  const groups = useMemo(() => chartGroups(model, texts), [model, texts]);
  const subject = useMemo(() => subjectOf(model, texts), [model, texts]);
  return (
    <>
      {model.thinning > 1 && <p class="chart-help">{texts.thinned(model.thinning)}</p>}
      <ChartBoard key={model.result.runId} subject={subject} groups={groups} language={language} />
    </>
  );
}

export interface ChartBoardProps {
  subject: Subject;
  groups: readonly ChartGroup[];
  language: Language;
  /** Whether the groups have headings; without them all charts are in one row after the other. */
  hasHeadings?: boolean;
}

/** Charts that share one time axis, one cursor and one zoom. */
export function ChartBoard({ subject, groups, language, hasHeadings = true }: ChartBoardProps) {
  const root = useRef<HTMLDivElement>(null);
  const [board, setBoard] = useState<Board | null>(null);
  const texts = TEXTS[language];
  useLayoutEffect(() => {
    if (root.current === null) return;
    const made = new Board(root.current, subject, groups, texts);
    setBoard(made);
    return () => made.destroy();
  }, []);
  useLayoutEffect(() => board?.update(subject, groups, texts), [board, subject, groups, texts]);
  useEffect(() => {
    // Whoever came for one chart came before it was there.
    if (board !== null && location.hash.startsWith('#chart-')) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [board]);
  return (
    <div class="charts" ref={root}>
      {board !== null && (
        <>
          <Toolbar board={board} texts={texts} />
          <p class="chart-help">{texts.toolbar.help}</p>
          <EventList board={board} subject={subject} texts={texts} />
          <Groups board={board} groups={groups} texts={texts} hasHeadings={hasHeadings} />
        </>
      )}
    </div>
  );
}

/** What a page of charts looks like, but for its values. */
const shapeOf = (groups: readonly ChartGroup[]): string =>
  JSON.stringify(groups.map(({ id, charts }) => [id, charts.map((chart) => [chart.id, chart.title, keyOf(chart)])]));

/** A chart with other lines is another chart. */
const keyOf = (chart: ChartGroup['charts'][number]): string =>
  chart.kind === 'heat' ? chart.id : [chart.id, chart.limits.length, ...chart.lines.map(({ label }) => label)].join('\n');

interface GroupsProps {
  board: Board;
  groups: readonly ChartGroup[];
  texts: ChartTexts;
  hasHeadings: boolean;
}

function Groups({ board, groups, texts, hasHeadings }: GroupsProps) {
  const shape = shapeOf(groups);
  return useMemo(
    () => (
      <>
        {groups.map(({ id, charts }) => (
          <section key={id} class="chart-group" aria-label={texts.groups[id]}>
            {hasHeadings && <h3>{texts.groups[id]}</h3>}
            <div class="chart-grid">
              {charts.map((chart) => (
                <ChartView key={keyOf(chart)} board={board} id={chart.id} title={chart.title} kind={chart.kind} texts={texts} />
              ))}
            </div>
          </section>
        ))}
      </>
    ),
    [board, texts, shape],
  );
}
