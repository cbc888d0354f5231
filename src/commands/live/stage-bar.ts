import { cut, pad, widthOf } from '../width.js';

/** One step of a plan as the bar needs it. */
export interface Step {
  name: string;
  untilSeconds: number;
}

const DONE = '█';
const HERE = '▒';
const AHEAD = '░';
const BORDER = '│';

/**
 * The whole plan as one line, to scale: `████│███▒▒▒▒│░░░░`. What is over is full, what is left of the current step is half full.
 *
 * @param steps Rising times. Empty: an empty line.
 */
export function stageBar(steps: readonly Step[], elapsed: number, width: number): string {
  const total = steps.at(-1)?.untilSeconds ?? 0;
  if (total <= 0 || width < 1) return '';
  const current = currentStep(steps, elapsed);
  const full = Math.round((Math.min(Math.max(elapsed, 0), total) / total) * width);
  const starts = new Set(startsOf(steps, width).slice(1));
  return Array.from({ length: width }, (_, column) => {
    if (starts.has(column)) return BORDER;
    if (column < full) return DONE;
    return column < columnOf(steps[current]?.untilSeconds ?? 0, total, width) ? HERE : AHEAD;
  }).join('');
}

/** The names of the steps, each below where it begins, as far as there is room; the current one is marked with `>`, and never left out. */
export function stageNames(steps: readonly Step[], elapsed: number, width: number): string {
  const current = currentStep(steps, elapsed);
  const starts = startsOf(steps, width);
  const own = `> ${steps[current]?.name ?? ''}`;
  const ownStart = Math.max(0, Math.min(starts[current] ?? 0, width - widthOf(own)));
  let line = '';
  for (const [index, { name }] of steps.entries()) {
    const start = index === current ? ownStart : (starts[index] ?? 0);
    if (index !== current && start < widthOf(line)) continue;
    const next = index < current ? Math.min(ownStart, starts[index + 1] ?? width) : (starts[index + 1] ?? width);
    const end = index === current ? width : next;
    const text = index === current ? own : name;
    // A name that is cut says little; its place in the bar stays.
    if (index !== current && widthOf(text) >= end - start) continue;
    line = pad(line, start) + cut(text, end - start);
  }
  return line.trimEnd();
}

/** The step that is under way; after the last one's end the last. */
export function currentStep(steps: readonly Step[], elapsed: number): number {
  const index = steps.findIndex(({ untilSeconds }) => elapsed < untilSeconds);
  return index === -1 ? Math.max(0, steps.length - 1) : index;
}

const columnOf = (seconds: number, total: number, width: number): number => Math.round((seconds / total) * width);

function startsOf(steps: readonly Step[], width: number): number[] {
  const total = steps.at(-1)?.untilSeconds ?? 1;
  return steps.map((_, index) => columnOf(steps[index - 1]?.untilSeconds ?? 0, total, width));
}
