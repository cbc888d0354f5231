import type { Board } from './board.js';
import type { ChartTexts } from './texts.js';
import { timeTexts } from './time-axis.js';
import { useChanges } from './use.js';

interface ToolbarProps {
  board: Board;
  texts: ChartTexts;
}

/** What part of the time is shown, and where the cursor is. */
export function Toolbar({ board, texts }: ToolbarProps) {
  const { view } = board;
  useChanges([(tell) => view.on('range', tell), (tell) => view.on('cursor', tell)], [board]);
  const { toolbar } = texts;
  const button = (label: string, sign: string, act: () => void, isOff = false) => (
    <button type="button" aria-label={label} title={label} disabled={isOff} onClick={act}>
      {sign}
    </button>
  );
  return (
    <div class="chart-toolbar" role="toolbar" aria-label={toolbar.label}>
      <span class="chart-buttons">
        {button(toolbar.earlier, '◀', () => view.panBy(-0.5), !view.isZoomed)}
        {button(toolbar.zoomOut, '−', () => view.zoomBy(2), !view.isZoomed)}
        {button(toolbar.zoomIn, '+', () => view.zoomBy(0.5))}
        {button(toolbar.later, '▶', () => view.panBy(0.5), !view.isZoomed)}
        <button type="button" disabled={!view.isZoomed} onClick={() => view.zoomTo(null)}>
          {toolbar.reset}
        </button>
      </span>
      <span class="chart-range">{view.isZoomed ? rangeText(board) : toolbar.whole}</span>
      <span class="chart-cursor">{cursorText(board, texts)}</span>
    </div>
  );
}

function rangeText({ view, subject }: Board): string {
  const { from, to } = view.range;
  return `${timeTexts(from, subject)[0]} – ${timeTexts(to, subject)[0]}`;
}

/** The time at the cursor: since the load began, in UTC, and as the clock on the wall showed it. */
function cursorText({ view, subject }: Board, { local }: ChartTexts): string {
  const { cursor } = view;
  if (cursor === null) return '';
  const here = new Date(Math.round(cursor) * 1000).toLocaleTimeString([], { hour12: false });
  return [...timeTexts(cursor, subject), ...(subject.hasClock ? [`${here} (${local})`] : [])].join(' · ');
}
