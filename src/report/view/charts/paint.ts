import type uPlot from 'uplot';
import type { Limit } from './chart.js';
import type { Mark } from './marks.js';
import type { Palette } from './palette.js';
import type { TimeSpan } from './spans.js';

/** What all charts have behind and above their lines. */
export interface Scenery {
  spans: readonly TimeSpan[];
  marks: readonly Mark[];
  palette: Palette;
  /** The mark that somebody looks at in the list. */
  highlighted: Mark | null;
  words: Record<Limit['kind'], string>;
}

/** The part of a stretch of time that is to be seen, in pixels of the canvas. */
function pixels(u: uPlot, from: number, to: number): { left: number; width: number } | undefined {
  const { left: begin, width } = u.bbox;
  const left = Math.max(begin, u.valToPos(from, 'x', true));
  const right = Math.min(begin + width, u.valToPos(to, 'x', true));
  return right > left ? { left, width: right - left } : undefined;
}

const ratioOf = (u: uPlot): number => u.ctx.canvas.width / Math.max(1, u.width);

/** Stages, and what was before and after the load. */
export function paintSpans(u: uPlot, { spans, palette }: Scenery, hasNames: boolean): void {
  const { ctx, bbox } = u;
  const ratio = ratioOf(u);
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  for (const { from, to, kind, names } of spans) {
    const part = pixels(u, from, to);
    if (!part) continue;
    ctx.fillStyle = palette.spans[kind];
    ctx.fillRect(part.left, bbox.top, part.width, bbox.height);
    const name = names.find((one) => ctx.measureText(one).width + 8 * ratio <= part.width);
    if (!hasNames || name === undefined) continue;
    ctx.globalAlpha = 0.75;
    ctx.fillStyle = palette.text;
    ctx.fillText(name, part.left + 4 * ratio, bbox.top + 3 * ratio);
    ctx.globalAlpha = 1;
  }
  ctx.restore();
}

/** The bands beyond a warning and beyond what is critical. */
export function paintBands(u: uPlot, limits: readonly Limit[], { palette }: Scenery): void {
  const critical = limits.find(({ kind }) => kind === 'critical')?.value ?? Number.POSITIVE_INFINITY;
  for (const { kind, value } of limits) {
    if (kind === 'limit') continue;
    paintBand(u, value, kind === 'warning' ? critical : Number.POSITIVE_INFINITY, palette.bands[kind]);
  }
}

function paintBand(u: uPlot, from: number, to: number, colour: string): void {
  const { ctx, bbox } = u;
  const clipped = (value: number): number => Math.min(bbox.top + bbox.height, Math.max(bbox.top, u.valToPos(value, 'y', true)));
  const [bottom, top] = [clipped(from), Number.isFinite(to) ? clipped(to) : bbox.top];
  if (bottom <= top) return;
  ctx.save();
  ctx.fillStyle = colour;
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.restore();
}

/** The limits as lines with their names. */
export function paintLimits(u: uPlot, limits: readonly Limit[], { palette, words }: Scenery): void {
  const { ctx, bbox } = u;
  const ratio = ratioOf(u);
  ctx.save();
  ctx.font = `${10 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = ratio;
  for (const { kind, value } of limits) {
    const y = u.valToPos(value, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = palette.limits[kind];
    ctx.fillStyle = palette.limits[kind];
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    line(ctx, bbox.left, y, bbox.left + bbox.width, y);
    ctx.fillText(words[kind], bbox.left + bbox.width - 3 * ratio, y - ratio);
  }
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

const DASH: Record<Mark['kind'], readonly number[]> = { alarm: [], change: [4, 3], stage: [1, 3] };

/** What happened, as lines with a head: a triangle for what went wrong, a circle for a change of the load. */
export function paintMarks(u: uPlot, { marks, palette, highlighted }: Scenery): void {
  const { ctx, bbox } = u;
  const ratio = ratioOf(u);
  const { min = 0, max = 0 } = u.scales.x ?? {};
  ctx.save();
  for (const mark of marks) {
    if (mark.t < (min ?? 0) || mark.t > (max ?? 0)) continue;
    const x = Math.round(u.valToPos(mark.t, 'x', true));
    const isHighlighted = mark === highlighted;
    ctx.strokeStyle = palette.marks[mark.kind];
    ctx.fillStyle = palette.marks[mark.kind];
    ctx.lineWidth = (isHighlighted ? 3 : 1) * ratio;
    ctx.setLineDash(isHighlighted ? [] : DASH[mark.kind].map((length) => length * ratio));
    line(ctx, x, bbox.top, x, bbox.top + bbox.height);
    ctx.beginPath();
    if (mark.kind === 'alarm') {
      ctx.moveTo(x - 5 * ratio, bbox.top - 8 * ratio);
      ctx.lineTo(x + 5 * ratio, bbox.top - 8 * ratio);
      ctx.lineTo(x, bbox.top);
    } else if (mark.kind === 'change') ctx.arc(x, bbox.top - 4 * ratio, 3.5 * ratio, 0, Math.PI * 2);
    ctx.fill();
  }
  ctx.restore();
}
