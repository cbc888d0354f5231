import type { Limit } from './chart.js';

/** A limit that is no further above all values than this factor is shown; else it would press the lines to the floor. */
const NEAR = 2.5;

/** Room above all values, for the names of the stages. */
const ABOVE = 0.16;

/** From where to where the values of a chart are drawn: from 0, with a limit that is near. Null: nothing was measured. */
export function yRange(min: number | null, max: number | null, limits: readonly Limit[]): [number, number] {
  const [least, most] = [min ?? 0, max ?? 0];
  const near = limits.map(({ value }) => value).filter((value) => most > 0 && value <= most * NEAR);
  const top = Math.max(most, ...near);
  const bottom = Math.min(0, least);
  return top === bottom ? [bottom, bottom + 1] : [bottom === 0 ? 0 : bottom - (top - bottom) * 0.05, top + (top - bottom) * ABOVE];
}
