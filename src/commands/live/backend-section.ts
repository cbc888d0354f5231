import { LogPattern } from '../../config/config.js';
import { visible } from '../../report/text.js';
import { cut, widthOf } from '../width.js';
import { asBytes, asShare, type Drawing, type Standing, shown, signOf, standingIn } from './drawing.js';
import { type Cell, type Column, grid } from './grid.js';
import type { Section } from './layout.js';
import { logText } from './log-lines.js';

/** As the criteria judge them: of a process, or of a container's quota. */
const CPU = ['process.cpu.utilization', 'container.cpu.quota_utilization', 'container.cpu.utilization'];
const MEMORY_SHARE = ['process.memory.utilization', 'container.memory.utilization'];
const MEMORY = ['process.memory.usage', 'container.memory.usage.total'];
const CONNECTIONS = 'backend.connections';

/** Columns for what was counted in a log. */
const LEAST_LOG = 16;

/** A row for each backend; in a single row all of them together. */
export function backendSection(drawing: Drawing): Section[] {
  const { backends } = drawing.state;
  const most = backends.length === 0 ? 0 : backends.length + 1;
  return [{ rank: 4, least: 1, most, apart: true, draw: (rows) => (rows < 3 ? [inOneLine(drawing)] : backendTable(drawing, rows)) }];
}

function inOneLine({ state: { backends, readings }, now, columns }: Drawing): string {
  const each = backends.map((backend) => {
    const connections = shown(readings.get(CONNECTIONS, { backend }, now), String);
    return `${visible(backend)} ${connections} conn. ${shown(readings.first(CPU, { backend }, now), asCpu)}`;
  });
  return cut(`Backends  ${each.join(' · ')}`, columns);
}

function backendTable(drawing: Drawing, rows: number): string[] {
  const { state, columns, paint } = drawing;
  const isCut = state.backends.length > rows - 1;
  const kept = isCut ? state.backends.slice(0, rows - 2) : state.backends;
  const lines = withLogs(drawing, kept, grid(columnsOf(drawing, kept), columns, paint));
  return isCut ? [...lines, `… and ${state.backends.length - kept.length} more backends`] : lines;
}

/** What was counted in each log, as far as there is room for it. */
function withLogs(
  { state: { readings, patterns, run }, now, columns, paint }: Drawing,
  backends: readonly string[],
  lines: string[],
): string[] {
  const room = columns - widthOf(lines[0] ?? '') - 2;
  if (room < LEAST_LOG || patterns.size === 0) return lines;
  const logOf = (backend: string): string => {
    const countOf = (pattern: string): number | undefined => readings.get('log.matches', { backend, pattern }, now);
    const text = logText(patterns, countOf);
    const limit = run?.thresholds.publishFailures ?? Number.POSITIVE_INFINITY;
    const isBad = (countOf(LogPattern.publishFailed) ?? 0) > limit;
    return isBad ? paint('red', cut(`✘ ${text}`, room)) : cut(text, room);
  };
  return lines.map((line, row) => `${line}  ${row === 0 ? paint('dim', 'log lines') : logOf(backends[row - 1] ?? '')}`.trimEnd());
}

const asCpu = (value: number): string => `${Math.round(value * 100)} %`;

function columnsOf({ state: { readings, run }, now }: Drawing, backends: readonly string[]): Column[] {
  const cells = (cell: (backend: string) => Cell): Cell[] => backends.map(cell);
  const cpu = (backend: string): number | undefined => readings.first(CPU, { backend }, now);
  const share = (backend: string): number | undefined => readings.first(MEMORY_SHARE, { backend }, now);
  const range = run?.thresholds.resources;
  return [
    { head: 'Backend', cells: cells(visible) },
    { head: 'Connections', cells: cells((backend) => shown(readings.get(CONNECTIONS, { backend }, now), String)), drop: 0 },
    {
      head: 'CPU',
      cells: cells((backend) => withAlarm(shown(cpu(backend), asCpu), standingIn(cpu(backend), range?.backendCpu ?? null))),
      drop: 1,
    },
    { head: 'Memory', cells: cells((backend) => shown(readings.first(MEMORY, { backend }, now), asBytes)), drop: 3 },
    {
      head: 'of all',
      cells: cells((backend) => withAlarm(shown(share(backend), asShare), standingIn(share(backend), range?.backendMemory ?? null))),
      drop: 2,
    },
  ];
}

/** With a sign only where there is something to see. */
function withAlarm(text: string, standing: Standing | undefined): Cell {
  if (standing === undefined || standing === 'good') return text;
  const { text: sign, colour } = signOf(standing);
  return { text: `${sign} ${text}`, colour };
}
