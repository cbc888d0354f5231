/** Seconds between two ticks that people can count in. */
export const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

/** The ticks of a stretch of time: multiples of `step` from `origin` on. All in Unix seconds. */
export function ticksOf(from: number, to: number, step: number, origin: number): number[] {
  const ticks: number[] = [];
  for (let number = Math.ceil((from - origin) / step); origin + number * step <= to; number++) ticks.push(origin + number * step);
  return ticks;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds since the load began, as in `1:05`, `−0:10` and `1:00:00`. */
export function elapsedText(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const text = hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  return seconds < 0 && whole > 0 ? `−${text}` : text;
}

/** The time of day in UTC, as in `12:05:10`. @param t Unix seconds. */
export const clockText = (t: number): string => new Date(Math.round(t) * 1000).toISOString().slice(11, 19);

/** Day and time in UTC, as in `2026-01-31 12:05:10 UTC`. */
export const utcText = (t: number): string => `${new Date(Math.round(t) * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** By what time is told, as in a {@link Subject}. */
interface Told {
  zero: number | null;
  hasClock: boolean;
}

/** The words at the ticks: the time since the load began, and below it the time of day in UTC. */
export const tickTexts = (ticks: readonly number[], told: Told): string[] => ticks.map((t) => timeTexts(t, told, clockText).join('\n'));

/** A time in all the ways in which it is told. @param clock How the clock's part of it is written. */
export function timeTexts(t: number, { zero, hasClock }: Told, clock: (t: number) => string = utcText): string[] {
  return [...(zero === null ? [] : [elapsedText(t - zero)]), ...(hasClock ? [clock(t)] : [])];
}
