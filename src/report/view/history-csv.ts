import { type Cell, toCsv } from '../csv.js';
import type { LoadTrack, TaskTrack, Values } from './model.js';

const OF_TASK: readonly [key: Exclude<keyof TaskTrack, 'name'>, title: string][] = [
  ['requests', 'requests'],
  ['failures', 'failures'],
  ['p50', 'p50 ms'],
  ['p95', 'p95 ms'],
  ['p99', 'p99 ms'],
  ['intendedP95', 'p95 ms from the intended send'],
];

/** The load as the page's charts show it, a row for each time. What is not known is an empty cell. */
export function historyCsv(load: LoadTrack): string {
  const columns: [title: string, values: Values][] = [
    ['planned users', load.planned],
    ['active users', load.active],
    ['connected users', load.connected],
    ['requests', load.requests],
    ['failures', load.failures],
    ['drops', load.drops],
    ['unsent', load.unsent],
    ...load.tasks.flatMap((task) => OF_TASK.map(([key, title]): [string, Values] => [`${task.name} ${title}`, task[key]])),
  ];
  const rows = load.times.map((time, index): Cell[] => [time, ...columns.map(([, values]) => values[index] ?? '')]);
  return toCsv([['Timestamp', ...columns.map(([title]) => title)], ...rows]);
}
