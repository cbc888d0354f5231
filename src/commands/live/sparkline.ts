// Own code: twenty lines, and the packages for it know neither gaps nor a scale that stays.
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * Values as small bars, the newest at the right: one column each.
 *
 * @param values A missing one is a gap, which is not a zero.
 * @param width The last so many of them are shown.
 * @param most What a full bar stands for; the greatest of those that are shown when left out.
 */
export function sparkline(values: readonly (number | undefined)[], width: number, most?: number): string {
  const shown = values.slice(Math.max(0, values.length - width));
  const top = most ?? greatest(shown);
  return shown.map((value) => (value === undefined ? ' ' : barOf(value, top))).join('');
}

/** The greatest of those that are there; 0 without any. */
export const greatest = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);

/** Nothing at all is the lowest bar, and only that. */
function barOf(value: number, top: number): string {
  if (!(value > 0)) return BARS[0];
  const step = top > 0 ? Math.ceil((Math.min(value, top) / top) * (BARS.length - 1)) : 0;
  return BARS[step] ?? BARS[0];
}
