import type { RunResult, StageResult } from '../run-result.js';

/** A run without what its diagnosis adds is enough to compare it. */
export type Comparable = Pick<
  RunResult,
  | 'runId'
  | 'target'
  | 'scenario'
  | 'identity'
  | 'tool'
  | 'mode'
  | 'verdict'
  | 'window'
  | 'stages'
  | 'components'
  | 'aggregated'
  | 'drops'
  | 'history'
  | 'canaryHistory'
  | 'series'
>;

/** What is compared of a run. Unix seconds: the first that counts, and the first that does not any more. */
export interface Steady {
  stage: string;
  users: number;
  from: number;
  to: number;
}

/** The stage with the most users of which there are seconds after its settle time; of several the last. Null without one. */
export function steadyOf({ mode, stages, window }: Comparable): Steady | null {
  if (mode === 'load') {
    const stage = stages.reduce<StageResult | null>((most, one) => (isLonger(one) && one.users >= (most?.users ?? 0) ? one : most), null);
    return stage?.window ? { stage: stage.name, users: stage.users, ...stage.window } : null;
  }
  const { loadStart, loadEnd } = window;
  if (loadStart === null || loadEnd === null) return null;
  return { stage: mode, users: 0, from: Math.ceil(loadStart / 1000), to: Math.floor(loadEnd / 1000) };
}

const isLonger = ({ window }: StageResult): boolean => window !== null && window.to > window.from;
