import type uPlot from 'uplot';
import type { ChartUnit, HeatChart, LineChart } from './chart.js';
import { BYTE_STEPS, valueText } from './format.js';
import { heatStep, mostOf } from './heat-scale.js';
import { paintBands, paintLimits, paintMarks, paintSpans, type Scenery } from './paint.js';
import { lineStyle } from './palette.js';
import type { Subject } from './subject.js';
import { loneValues } from './thin-columns.js';
import { TICKS, ticksOf, tickTexts } from './time-axis.js';
import { yRange } from './y-scale.js';
import type { Range } from './zoom.js';

/** All charts have the same left edge: what is at the same time is above each other. */
const LEFT = 68;
const HEIGHT = 190;
const FONT = '11px system-ui, sans-serif';

/** What options are made with, beside the chart itself. */
export interface PlotContext {
  width: number;
  scenery(): Scenery;
  subject(): Subject;
  range(): Range;
  /** Name of what reads all charts at once. */
  syncKey: string;
  onCursor(u: uPlot): void;
  onSelect(range: Range): void;
  onReset(): void;
}

function baseOptions(context: PlotContext): Omit<uPlot.Options, 'series' | 'axes' | 'scales'> {
  return {
    width: context.width,
    height: HEIGHT,
    padding: [14, 10, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 5 },
      sync: {
        key: context.syncKey,
        setSeries: false,
        scales: ['x', null],
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave', sub: () => true },
      },
      bind: {
        dblclick: () => () => {
          context.onReset();
          return null;
        },
      },
    },
  };
}

function xAxis({ subject, scenery }: PlotContext): uPlot.Axis {
  return {
    stroke: () => scenery().palette.text,
    grid: { stroke: () => scenery().palette.grid, width: 1 },
    ticks: { stroke: () => scenery().palette.grid, width: 1, size: 4 },
    font: FONT,
    size: 40,
    gap: 3,
    space: 74,
    incrs: TICKS,
    splits: (_u, _axis, min, max, step) => ticksOf(min, max, step, subject().zero ?? 0),
    values: (_u, ticks) => tickTexts(ticks, subject()),
  };
}

const onSelect =
  (context: PlotContext) =>
  (u: uPlot): void => {
    const { left, width } = u.select;
    if (width < 2) return;
    context.onSelect({ from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') });
  };

function yAxis({ scenery }: PlotContext, unit: ChartUnit): uPlot.Axis {
  return {
    stroke: () => scenery().palette.text,
    grid: { stroke: () => scenery().palette.grid, width: 1 },
    ticks: { show: false },
    font: FONT,
    size: LEFT,
    gap: 4,
    space: 32,
    values: (_u, ticks) => ticks.map((tick) => valueText(tick, unit)),
    ...(unit === 'bytes' || unit === 'bytesPerSecond' ? { incrs: [...BYTE_STEPS] } : {}),
  };
}

/** How a chart of lines is drawn. Colours are asked for each time, so that they can change. */
export function lineOptions(chart: LineChart, context: PlotContext): uPlot.Options {
  const { scenery } = context;
  const series = chart.lines.map((line, index): uPlot.Series => {
    const { dash } = lineStyle(scenery().palette, index);
    return {
      label: line.label,
      stroke: () => lineStyle(scenery().palette, index).colour,
      width: 1.5,
      ...(dash.length > 0 && { dash: [...dash] }),
      spanGaps: false,
      // A value between two gaps has no line, and is there all the same.
      points: {
        show: (u, at) => loneValues(u.data[at] as readonly (number | null | undefined)[]).length > 0,
        filter: (u, at) => loneValues(u.data[at] as readonly (number | null | undefined)[]),
        size: 5,
        fill: () => lineStyle(scenery().palette, index).colour,
      },
    };
  });
  return {
    ...baseOptions(context),
    series: [{}, ...series],
    axes: [xAxis(context), yAxis(context, chart.unit)],
    scales: {
      x: { time: false, range: () => [context.range().from, context.range().to] },
      y: { range: (_u, min, max) => yRange(min, max, chart.limits) },
    },
    hooks: {
      drawClear: [(u) => paintSpans(u, scenery(), true), (u) => paintBands(u, chart.limits, scenery())],
      draw: [(u) => paintLimits(u, chart.limits, scenery()), (u) => paintMarks(u, scenery())],
      setCursor: [context.onCursor],
      setSelect: [onSelect(context)],
    },
  };
}

/** How a heat map is drawn: its rows are one high each, with their edges at the ticks. */
export function heatOptions(current: () => HeatChart, context: PlotContext): uPlot.Options {
  const { scenery } = context;
  const rows = (): number => current().map.edges.length + 1;
  return {
    ...baseOptions(context),
    series: [{}, { show: true, stroke: 'transparent', width: 0, points: { show: false } }],
    axes: [
      xAxis(context),
      {
        ...yAxis(context, 'ms'),
        grid: { show: false },
        splits: () => {
          const every = Math.max(1, Math.ceil(rows() / 6));
          return current().map.edges.flatMap((_, index) => (index % every === 0 ? [index + 1] : []));
        },
        values: (_u, ticks) => ticks.map((tick) => valueText(current().map.edges[tick - 1] ?? 0, 'ms')),
      },
    ],
    scales: { x: { time: false, range: () => [context.range().from, context.range().to] }, y: { range: () => [0, rows()] } },
    hooks: {
      drawClear: [(u) => paintSpans(u, scenery(), false)],
      draw: [(u) => paintHeat(u, current(), scenery()), (u) => paintMarks(u, scenery())],
      setCursor: [context.onCursor],
      setSelect: [onSelect(context)],
    },
  };
}

function paintHeat(u: uPlot, { map }: HeatChart, { palette }: Scenery): void {
  const { ctx, bbox } = u;
  const most = mostOf(map);
  const right = bbox.left + bbox.width;
  ctx.save();
  for (const [index, begin] of map.times.entries()) {
    const x0 = Math.max(bbox.left, Math.floor(u.valToPos(begin, 'x', true)));
    const x1 = Math.min(right, Math.ceil(u.valToPos(begin + map.secondsPerColumn, 'x', true)));
    if (x1 <= x0) continue;
    for (const [row, count] of (map.counts[index] ?? []).entries()) {
      const step = heatStep(count, most);
      if (step === 0) continue;
      const [bottom, top] = [Math.ceil(u.valToPos(row, 'y', true)), Math.floor(u.valToPos(row + 1, 'y', true))];
      ctx.fillStyle = palette.heat[step - 1] as string;
      ctx.fillRect(x0, top, x1 - x0, bottom - top);
    }
  }
  ctx.restore();
}
