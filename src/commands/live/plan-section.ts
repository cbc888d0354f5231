import { visible } from '../../report/text.js';
import { cut, pad, widthOf } from '../width.js';
import { clock, type Drawing } from './drawing.js';
import type { Section } from './layout.js';
import { currentStep, type Step, stageBar, stageNames } from './stage-bar.js';

/** What the load is, how far it is, and the whole plan as a bar. @param forSeconds How long it takes where it has no stages. */
export function planSections(drawing: Drawing, forSeconds: number | undefined): Section[] {
  const { state, columns, now } = drawing;
  const steps = stepsOf(drawing, forSeconds);
  const elapsed = ((state.loadEnd ?? now) - (state.loadStart ?? now)) / 1000;
  const total = steps.at(-1)?.untilSeconds;
  const names = stageNames(steps, elapsed, columns);
  return [
    { rank: 0, least: 1, most: 1, draw: () => [headline(drawing, steps, elapsed, total)] },
    { rank: 1, least: 1, most: total === undefined ? 0 : 1, draw: () => [stageBar(steps, elapsed, columns)] },
    { rank: 10, least: 1, most: steps.length > 1 ? 1 : 0, draw: () => [names] },
  ];
}

function stepsOf({ state: { run } }: Drawing, forSeconds: number | undefined): Step[] {
  if (run && run.stages.length > 0) return run.stages.map(({ name, untilSeconds }) => ({ name: visible(name), untilSeconds }));
  return forSeconds === undefined ? [] : [{ name: '', untilSeconds: forSeconds }];
}

/** `Load, stage 2 of 2 · ws://127.0.0.1:8080        00:35 of 01:00, 00:25 left`. The time is never cut. */
function headline({ state, columns, paint }: Drawing, steps: readonly Step[], elapsed: number, total: number | undefined): string {
  const time = total === undefined ? clock(elapsed) : `${clock(elapsed)} of ${clock(total)}${timeLeft(state.loadEnd, total - elapsed)}`;
  const what = `${whatOf(state.run?.mode, state.tool, steps, elapsed)} · ${visible(state.run?.target ?? '')}`;
  const room = columns - widthOf(time) - 2;
  return room < 1 ? cut(time, columns) : `${paint('bold', pad(what, room))}  ${time}`;
}

function timeLeft(loadEnd: number | undefined, seconds: number): string {
  if (loadEnd !== undefined) return ', over';
  return seconds > 0 ? `, ${clock(Math.ceil(seconds))} left` : ', finishing';
}

function whatOf(mode: string | undefined, tool: string | undefined, steps: readonly Step[], elapsed: number): string {
  if (mode === 'watch') return 'watching';
  if (mode === 'external') return `load of ${visible(tool ?? 'another tool')}`;
  const current = currentStep(steps, elapsed);
  return `${steps[current]?.name ?? 'load'}${steps.length > 1 ? `, stage ${current + 1} of ${steps.length}` : ''}`;
}
