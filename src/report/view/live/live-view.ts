import type { RunState, ToPage } from '../../../dashboard/protocol.js';
import type { PageModel } from '../model.js';
import { applyPatch } from './patch.js';

/** What a page knows of the run that it follows. */
export interface LiveView {
  run: RunState | null;
  model: PageModel | null;
  /** Unix ms by this browser's clock of the last model or batch. */
  arrivedAt: number;
  /** What the server could not do, for people; null when nothing is wrong. */
  problem: string | null;
}

export const NOTHING_YET: LiveView = { run: null, model: null, arrivedAt: 0, problem: null };

/**
 * What a message of the server makes of what was known. What does not change are the same objects.
 *
 * @throws Error when a batch comes before a model, or does not fit it: then the page has to join anew.
 */
export function receive(view: LiveView, message: ToPage, now: number): LiveView {
  switch (message.type) {
    case 'state':
      return { ...view, run: message.run };
    case 'error':
      return { ...view, problem: message.message };
    case 'model':
      return { run: message.run, model: message.model, arrivedAt: now, problem: null };
    case 'batch': {
      if (view.model === null) throw new Error('a batch came before a model');
      return { run: message.run, model: applyPatch(view.model, message.patch), arrivedAt: now, problem: null };
    }
  }
}

/** Seconds since the load began, as its machine counts them; null before it. @param now Unix ms by this browser's clock. */
export function elapsedSeconds({ model, arrivedAt }: LiveView, now: number): number | null {
  if (model === null) return null;
  const { loadStart, loadEnd, lastEvent } = model.result.window;
  if (loadStart === null) return null;
  if (loadEnd !== null) return (loadEnd - loadStart) / 1000;
  // The two machines' clocks need not agree: only what passed since the last message is told by ours.
  return Math.max(0, lastEvent - loadStart + Math.max(0, now - arrivedAt)) / 1000;
}

/** Where in its plan the load is. */
export interface Progress {
  elapsed: number;
  /** Seconds of the whole plan. */
  total: number;
  /** Seconds to the end of the plan. */
  left: number;
  /** The stage's place in the plan, from 0, and the seconds to its end. */
  stage: number;
  stageLeft: number;
}

/** Null before the load, and where there is no plan. */
export function progressOf(view: LiveView, now: number): Progress | null {
  const elapsed = elapsedSeconds(view, now);
  const stages = view.model?.result.stages ?? [];
  const total = stages.at(-1)?.untilSeconds;
  if (elapsed === null || total === undefined) return null;
  const found = stages.findIndex(({ untilSeconds }) => elapsed < untilSeconds);
  const stage = found < 0 ? stages.length - 1 : found;
  const stageEnd = stages[stage]?.untilSeconds ?? total;
  return { elapsed, total, left: Math.max(0, total - elapsed), stage, stageLeft: Math.max(0, stageEnd - elapsed) };
}

/** The last known value of a line; null where it ends in a gap or has none. */
export const lastOf = (values: readonly (number | null)[]): number | null => values.at(-1) ?? null;
