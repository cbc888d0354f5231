import type { PageResult } from '../model.js';

/** Something that is counted beside requests. */
export interface ApartRow {
  what: 'push' | 'late' | 'close' | 'drop' | 'unsent';
  /** Type of a frame, `<code> <client|server>` of a close, name of a task; null where there is one kind. */
  kind: string | null;
  count: number;
}

export function apartRows({ pushes, tasks, closes, drops, unsent }: PageResult): ApartRow[] {
  const counted = (what: ApartRow['what'], counts: Readonly<Record<string, number>>): ApartRow[] =>
    Object.entries(counts).map(([kind, count]) => ({ what, kind, count }));
  return [
    ...counted('push', pushes),
    ...tasks.filter(({ late }) => late > 0).map(({ name, late }): ApartRow => ({ what: 'late', kind: name, count: late })),
    ...counted('close', closes),
    ...counted('drop', drops),
    ...(unsent > 0 ? [{ what: 'unsent', kind: null, count: unsent } satisfies ApartRow] : []),
  ];
}
