import type { PageResult } from '../model.js';

/** Something that happened at one time. */
export interface Mark {
  /** Unix seconds. */
  t: number;
  /** `alarm`: of the target, or an end that was not planned. `change`: of the load. `stage`: as planned. */
  kind: 'alarm' | 'change' | 'stage';
  text: string;
}

const KINDS: Readonly<Record<string, Mark['kind']>> = {
  'stage.start': 'stage',
  'load.start': 'stage',
  'load.end': 'stage',
  'load.adjust': 'change',
  'external.start': 'stage',
  'external.end': 'stage',
};

type Told = Pick<PageResult, 'events' | 'targetEvents' | 'ended' | 'criteria'>;

/** What happened to the run and to its target, in the order of time. */
export function marksOf({ events, targetEvents, ended }: Told): Mark[] {
  const own = events.flatMap(({ t, type, text }): Mark[] => {
    const kind = type === 'run.end' ? (ended !== null && ended.reason !== 'completed' ? 'alarm' : undefined) : KINDS[type];
    return kind === undefined ? [] : [{ t: t / 1000, kind, text }];
  });
  const target = targetEvents.map(({ t, component, what, detail }): Mark => {
    const kind = what === 'start' || what === 'reconnected' || what === 'healthy' ? 'change' : 'alarm';
    return { t: t / 1000, kind, text: `${component}: ${what}${detail === null ? '' : ` (${detail})`}` };
  });
  return [...own, ...target].sort((a, b) => a.t - b.t);
}

/** Those that are no further from a time than `reach`, in seconds. */
export const marksNear = (marks: readonly Mark[], t: number, reach: number): Mark[] =>
  marks.filter((mark) => Math.abs(mark.t - t) <= reach);
