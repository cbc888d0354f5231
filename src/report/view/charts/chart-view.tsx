import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Board } from './board.js';
import type { Chart, HeatChart, LineChart } from './chart.js';
import { HeatLegend, LineLegend } from './legend.js';
import type { Plot } from './plot.js';
import { statisticsOf } from './reading.js';
import { heatSummary, summaryOf } from './summary.js';
import type { ChartTexts } from './texts.js';
import { useChanges } from './use.js';

interface ChartViewProps {
  board: Board;
  /** The rest of the chart comes from the board: of a live run there is another one each second. */
  id: string;
  title: string;
  kind: Chart['kind'];
  texts: ChartTexts;
}

/** What moves the time that is shown, by the key. */
const KEYS: Readonly<Record<string, (board: Board) => void>> = {
  ArrowLeft: ({ view }) => view.panBy(-0.2),
  ArrowRight: ({ view }) => view.panBy(0.2),
  '+': ({ view }) => view.zoomBy(0.5),
  '=': ({ view }) => view.zoomBy(0.5),
  '-': ({ view }) => view.zoomBy(2),
  '−': ({ view }) => view.zoomBy(2),
  Escape: ({ view }) => view.zoomTo(null),
  'Shift+ArrowLeft': (board) => step(board, -1),
  'Shift+ArrowRight': (board) => step(board, 1),
};

/** Moves the cursor by a hundredth of what is shown. */
function step(board: Board, by: 1 | -1): void {
  const { cursor, range } = board.view;
  const width = range.to - range.from;
  const t = cursor === null ? (range.from + range.to) / 2 : cursor + (by * width) / 100;
  board.pointTo(Math.min(range.to, Math.max(range.from, t)));
}

function onKeyDown(event: KeyboardEvent, board: Board): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = KEYS[event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key];
  if (action === undefined) return;
  event.preventDefault();
  action(board);
}

/** One chart with its title, its legend, and what it shows in words. */
export function ChartView({ board, id, title, kind, texts }: ChartViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<Plot | null>(null);
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (host.current === null) return;
    const added = board.add(host.current, id, () => {
      setPlot(added.plot);
      setCount((known) => known + 1);
    });
    return added.remove;
  }, [board, id]);
  useChanges([(tell) => board.onPalette(tell)], [board]);
  const words = useMemo(() => (plot === null ? '' : wordsOf(plot, texts)), [plot, plot?.chart, texts]);
  const summaryId = `chart-${id}-summary`;
  return (
    <figure id={`chart-${id}`} class="chart" data-kind={kind} data-drawn={count > 0 ? 'true' : 'false'}>
      <figcaption>{title}</figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <div
        class="chart-plot"
        ref={host}
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: with the keys one zooms and moves what it shows
        tabIndex={0}
        aria-label={title}
        aria-describedby={summaryId}
        onKeyDown={(event) => onKeyDown(event, board)}
      >
        <MarkTip board={board} plot={plot} />
      </div>
      <p id={summaryId} class="chart-summary">
        {words}
      </p>
      {plot !== null &&
        (kind === 'lines' ? (
          <LineLegend board={board} plot={plot} texts={texts} />
        ) : (
          <HeatLegend board={board} plot={plot} texts={texts} />
        ))}
    </figure>
  );
}

function wordsOf(plot: Plot, texts: ChartTexts): string {
  if (plot.chart.kind === 'heat') return heatSummary((plot.chart as HeatChart).map, texts);
  return summaryOf(plot.chart as LineChart, statisticsOf(plot.data, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY), texts);
}

/** The words of a mark that one points to. */
function MarkTip({ board, plot }: { board: Board; plot: Plot | null }) {
  useChanges([(tell) => board.view.on('cursor', () => plot?.isVisible && tell())], [board, plot]);
  if (plot === null || !board.isPointedAt(plot)) return null;
  const marks = board.marksAtCursor();
  if (marks.length === 0) return null;
  return (
    <div class="chart-tip" role="status">
      {marks.map(({ t, text }) => (
        <div key={`${t} ${text}`}>{text}</div>
      ))}
    </div>
  );
}
