import { useState } from 'preact/hooks';
import type { Board } from './board.js';
import type { HeatChart, LineChart } from './chart.js';
import { numberText, valueText } from './format.js';
import { columnAt, heatStep, mostOf, stepBegins } from './heat-scale.js';
import { type LineStyle, lineStyle } from './palette.js';
import type { Plot } from './plot.js';
import { readAt, statisticsOf } from './reading.js';
import { limitTexts, rowText } from './summary.js';
import type { ChartTexts } from './texts.js';
import { useChanges } from './use.js';

/** A value this many pixels beside the cursor is still the cursor's. */
const REACH_PIXELS = 5;

function Swatch({ style: { colour, dash } }: { style: LineStyle }) {
  return (
    <svg class="chart-swatch" width="26" height="10" aria-hidden="true">
      <line x1="1" y1="5" x2="25" y2="5" stroke={colour} stroke-width="2.5" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}

/** With more lines than that, those that are 0 all the time are told together. */
const MANY = 8;

interface LegendProps {
  board: Board;
  plot: Plot;
  texts: ChartTexts;
}

/** What each line is, and its values: at the cursor, the last, the least and the most of what is shown. */
export function LineLegend({ board, plot, texts }: LegendProps) {
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  useChanges([(tell) => board.view.on('cursor', () => plot.isVisible && tell())], [board, plot]);
  const chart = plot.chart as LineChart;
  const { cursor, range } = board.view;
  const statistics = statisticsOf(plot.data, range.from, range.to);
  const now = cursor === null ? undefined : readAt(plot.data, cursor, board.secondsOf(REACH_PIXELS));
  const text = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : valueText(value, chart.unit));
  const toggle = (index: number): void => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    setHidden(next);
    plot.showLine(index, !next.has(index));
  };
  const { legend } = texts;
  // Of many lines those that are something are looked for.
  const isNothing = (index: number): boolean => chart.lines.length > MANY && statistics[index]?.max === 0 && statistics[index]?.min === 0;
  const nothing = chart.lines.filter((_, index) => isNothing(index)).map(({ label }) => label);
  return (
    <div class="chart-legend">
      <table>
        <thead>
          <tr>
            <th scope="col">{legend.line}</th>
            <th scope="col" class="chart-at">
              {legend.now}
            </th>
            <th scope="col">{legend.last}</th>
            <th scope="col">{legend.min}</th>
            <th scope="col">{legend.max}</th>
          </tr>
        </thead>
        <tbody>
          {chart.lines.map(({ label, bad }, index) => {
            if (isNothing(index)) return null;
            const { last = null, min = null, max = null } = statistics[index] ?? {};
            const isBad = bad === true && max !== null && max > 0;
            return (
              <tr key={label} class={isBad ? 'chart-bad' : undefined}>
                <th scope="row">
                  <button type="button" aria-pressed={!hidden.has(index)} title={texts.show(label)} onClick={() => toggle(index)}>
                    <Swatch style={lineStyle(board.scenery.palette, index)} />
                    <span>{label}</span>
                  </button>
                </th>
                <td class="chart-at">{cursor === null ? '' : text(now?.[index])}</td>
                <td>{text(last)}</td>
                <td>{text(min)}</td>
                <td>{text(max)}</td>
              </tr>
            );
          })}
          {nothing.length > 0 && (
            <tr>
              <td class="chart-zero" colSpan={5}>
                {legend.zero}: {nothing.join(', ')}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {chart.limits.length > 0 && <p class="chart-limits">{limitTexts(chart.limits, chart.unit, texts).join(' · ')}</p>}
    </div>
  );
}

/** What the colours of a heat map stand for, and what is at the cursor. */
export function HeatLegend({ board, plot, texts }: LegendProps) {
  useChanges([(tell) => board.view.on('cursor', () => plot.isVisible && tell())], [board, plot]);
  const { map } = plot.chart as HeatChart;
  const most = mostOf(map);
  const { heat } = board.scenery.palette;
  return (
    <div class="chart-legend chart-heat-legend">
      <p>
        {texts.heat.requests}:{' '}
        {stepBegins(most).map((begin) => (
          <span key={begin} class="chart-heat-step">
            <svg width="14" height="12" aria-hidden="true">
              <rect width="14" height="12" fill={heat[heatStep(begin, most) - 1]} />
            </svg>
            {`≥ ${numberText(begin)} `}
          </span>
        ))}
        <span>({texts.heat.perColumn(map.secondsPerColumn)})</span>
      </p>
      <p class="chart-at">{heatAtCursor(board, plot, texts)}</p>
    </div>
  );
}

/** Where one points to, what is there; else, of the same time, where most are. */
function heatAtCursor(board: Board, plot: Plot, texts: ChartTexts): string {
  const { cursor } = board.view;
  const { map } = plot.chart as HeatChart;
  const counts = cursor === null ? undefined : map.counts[columnAt(map, cursor) ?? -1];
  if (counts === undefined) return '\u00a0';
  const { u } = plot;
  const top = board.isPointedAt(plot) ? (u?.cursor.top ?? -1) : -1;
  const pointed = u !== undefined && top >= 0 ? Math.floor(u.posToVal(top, 'y')) : -1;
  const row = pointed >= 0 && pointed < counts.length ? pointed : counts.indexOf(Math.max(...counts));
  return texts.heat.cell(numberText(counts[row] ?? 0), rowText(map, row, texts));
}
