import type { HeatMap } from '../model.js';
import type { ChartUnit, Limit, LineChart } from './chart.js';
import { numberText, valueText } from './format.js';
import type { LineStatistics } from './reading.js';
import type { ChartTexts } from './texts.js';

/** Lines that are told one by one; of more than that a listener would not hear the end. */
const MOST_LINES = 12;

/** What a chart shows, for those who do not see it. */
export function summaryOf({ lines, unit, limits }: LineChart, statistics: readonly LineStatistics[], texts: ChartTexts): string {
  const told = lines.slice(0, MOST_LINES).map(({ label }, index) => {
    const { min = null, max = null, last = null } = statistics[index] ?? {};
    if (min === null || max === null || last === null) return texts.summary.empty(label);
    return texts.summary.line(label, valueText(min, unit), valueText(max, unit), valueText(last, unit));
  });
  const more = lines.length > MOST_LINES ? ['…'] : [];
  return [...told, ...more, ...limitTexts(limits, unit, texts).map((text) => `${text}.`)].join(' ');
}

export const limitTexts = (limits: readonly Limit[], unit: ChartUnit, { limits: words, summary }: ChartTexts): string[] =>
  limits.map(({ kind, value }) => summary.limit(words[kind], valueText(value, unit)));

/** What a row of a heat map stands for: `1 ms to 2 ms`. @param row From 0; the last one is open. */
export function rowText({ edges }: HeatMap, row: number, { heat }: ChartTexts): string {
  const [below, above] = [edges[row - 1], edges[row]];
  const text = (edge: number): string => valueText(edge, 'ms');
  if (above === undefined) return below === undefined ? '' : heat.above(text(below));
  return below === undefined ? heat.upTo(text(above)) : heat.between(text(below), text(above));
}

/** What a heat map shows, for those who do not see it. */
export function heatSummary(map: HeatMap, texts: ChartTexts): string {
  const totals = map.edges.concat(0).map((_, row) => map.counts.reduce((sum, column) => sum + (column[row] ?? 0), 0));
  const rows = totals.flatMap((total, row) => (total > 0 ? [row] : []));
  const most = totals.indexOf(Math.max(...totals));
  const [first, last] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  return texts.heat.summary(numberText(map.times.length), rowText(map, first, texts), rowText(map, last, texts), rowText(map, most, texts));
}
