import type { RunResult } from '../verdict/run-result.js';

/** Title of the tables that hold {@link apartRows}. */
export const APART_TITLE = 'Frames and sockets apart from requests';

/** Something that is counted beside requests: frames that nobody asked for, closed sockets, and what came too late or never left. */
export interface ApartRow {
  what: string;
  /** Type of a frame, `<code> <client|server>` of a close, name of a task. */
  kind: string;
  count: number;
}

export function apartRows(result: RunResult): ApartRow[] {
  const counts: [string, Record<string, number>][] = [
    ['pushed frame', result.pushes],
    ['late reply', Object.fromEntries(result.tasks.filter(({ late }) => late > 0).map(({ name, late }) => [name, late]))],
    ['closed socket', result.closes],
    ['dropped socket', result.drops],
    ['unsent task', result.unsent > 0 ? { 'no connection': result.unsent } : {}],
  ];
  return counts.flatMap(([what, kinds]) => Object.entries(kinds).map(([kind, count]) => ({ what, kind, count })));
}
