import type { Values } from './view/model.js';

/** Lines that share their times, with fewer of them. */
export interface Thinned {
  times: number[];
  lines: Values[];
  /** How many readings stand behind what is left of a stretch of time, at most; 1: all are there. */
  readings: number;
}

/**
 * Lines with at most so many times. Each stretch of time keeps the least and the greatest value of every line, in the order in which they
 * came, and its gaps; where within the stretch they lie is not kept. What is small enough is kept as it is.
 *
 * @param times Rising.
 * @param lines Each as long as `times`.
 */
export function thin(times: readonly number[], lines: readonly Values[], most: number): Thinned {
  if (times.length <= most) return { times: [...times], lines: lines.map((line) => [...line]), readings: 1 };
  // A stretch takes two times, one with a gap in it up to five.
  let stretches = Math.max(1, Math.floor(most / 2));
  let kept = keep(times, lines, stretches);
  while (kept.times.length > most && stretches > 1) {
    stretches = Math.floor(stretches * 0.8);
    kept = keep(times, lines, stretches);
  }
  return kept;
}

function keep(times: readonly number[], lines: readonly Values[], stretches: number): Thinned {
  const begin = times[0] as number;
  const width = ((times.at(-1) as number) - begin) / stretches;
  const kept: Thinned = { times: [], lines: lines.map((): Values => []), readings: 1 };
  for (let from = 0; from < times.length; ) {
    const number = Math.floor(((times[from] as number) - begin) / width);
    // The last time of all is the end of the last stretch, and none of its own.
    const end = number + 1 >= stretches ? Number.POSITIVE_INFINITY : begin + (number + 1) * width;
    let to = from + 1;
    while (to < times.length && (times[to] as number) < end) to++;
    keepStretch(kept, times, lines, from, to);
    from = to;
  }
  return kept;
}

/** Adds what is kept from one index up to another, not included. */
function keepStretch(kept: Thinned, times: readonly number[], lines: readonly Values[], from: number, to: number): void {
  const found = lines.map((line) => extremes(line, from, to));
  const slots = found.some(({ hasGap }) => hasGap) ? 5 : 2;
  if (to - from <= slots) {
    for (let index = from; index < to; index++) kept.times.push(times[index] as number);
    for (const [line, values] of lines.entries()) kept.lines[line]?.push(...values.slice(from, to));
    return;
  }
  kept.readings = Math.max(kept.readings, to - from);
  for (let slot = 0; slot < slots; slot++) kept.times.push(times[from + Math.round((slot * (to - 1 - from)) / (slots - 1))] as number);
  for (const [line, { before, first, between, second, after }] of found.entries()) {
    kept.lines[line]?.push(...(slots === 5 ? [before, first, between, second, after] : [first, second]));
  }
}

/** What is kept of a line in a stretch, in its order: the two extremes, and the gaps around them where there are any. */
interface Extremes extends Record<'before' | 'first' | 'between' | 'second' | 'after', number | null> {
  hasGap: boolean;
}

function extremes(line: Values, from: number, to: number): Extremes {
  let [least, greatest, numbers] = [-1, -1, 0];
  let [low, high] = [0, 0];
  let [hasGap, pending, isBroken] = [false, false, false];
  for (let index = from; index < to; index++) {
    const value = line[index] ?? null;
    if (value === null) {
      hasGap = true;
      pending = numbers > 0;
      continue;
    }
    if (pending) isBroken = true;
    if (numbers === 0 || value < low) [least, low] = [index, value];
    if (numbers === 0 || value > high) [greatest, high] = [index, value];
    numbers++;
  }
  if (numbers === 0) return { hasGap, before: null, first: null, between: null, second: null, after: null };
  const [first, second] = least <= greatest ? [low, high] : [high, low];
  return {
    hasGap,
    // A place for a gap that is none holds the value beside it: the line goes on.
    before: (line[from] ?? null) === null ? null : first,
    first,
    between: isBroken ? null : second,
    second,
    after: (line[to - 1] ?? null) === null ? null : second,
  };
}
