import type { Colour, Paint } from '../../report/table.js';
import { ms } from '../../report/text.js';
import { bytes, percent } from '../../verdict/format.js';
import type { LiveState } from './state.js';

/** What every part of the view is given. */
export interface Drawing {
  state: LiveState;
  /** Unix ms. */
  now: number;
  /** No line may be wider. */
  columns: number;
  paint: Paint;
}

/** How a value stands to its limits. Told by a sign, and by a colour where there are colours. */
export type Standing = 'good' | 'near' | 'bad';

const SIGNS: Record<Standing, string> = { good: '✔', near: '!', bad: '✘' };
const COLOURS: Record<Standing, Colour> = { good: 'green', near: 'yellow', bad: 'red' };

export const signOf = (standing: Standing): { text: string; colour: Colour } => ({ text: SIGNS[standing], colour: COLOURS[standing] });

/** What stands where there is no reading: that is not a zero. */
export const NOTHING = '-';

/** A value as text, or {@link NOTHING}. */
export const shown = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? NOTHING : format(value);

export const asMs = (value: number): string => `${ms(value)} ms`;
export const asRate = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
export { bytes as asBytes, percent as asShare };

/** Up to `warning` a value is normal. */
export function standingIn(value: number | undefined, range: { warning: number; critical: number } | null): Standing | undefined {
  if (value === undefined || range === null) return undefined;
  return value > range.critical ? 'bad' : value > range.warning ? 'near' : 'good';
}

/** `03:12`, with hours where there are some: `25:03:12`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
