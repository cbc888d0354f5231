import type { CanaryCounts, ComponentRow, RunResult } from '../verdict/run-result.js';
import { decimal, ms, utc } from './text.js';

/** A table of text, for every format that has tables. */
export interface TextTable {
  title: string;
  columns: readonly string[];
  /** The columns from this one on hold numbers; left out: none does. */
  numbersFrom?: number;
  rows: readonly (readonly string[])[];
}

/** What was seen of the target, and of another tool's load, beside our own load. Tables without rows are left out. */
export function targetTables(result: RunResult): TextTable[] {
  const tables = [external, canaries, canaryTimes, components, targetEvents, clocks, logExamples, evidenceFiles];
  return tables.map((table) => table(result)).filter(({ rows }) => rows.length > 0);
}

function external({ external: load }: RunResult): TextTable {
  const rows = (load?.rows ?? []).map(({ name, requests, failures, percentiles, errors }) => [
    ...[name, String(requests), failures === null ? 'not told' : String(failures)],
    ...['0.5', '0.95', '0.99'].map((share) => (percentiles[share] === undefined ? 'not told' : ms(percentiles[share]))),
    countsOf(errors),
  ]);
  const files = load?.files ?? [];
  return {
    title: `Load of ${load?.tool ?? 'another tool'} (ms), as it tells in ${files.join(', ')}`,
    columns: ['Request', 'Requests', 'Failures', 'Median', 'p95', 'p99', 'Errors'],
    rows,
  };
}

function canaries({ canaries: totals }: RunResult): TextTable {
  const words = { before: 'before the load', load: 'during the load', after: 'after the load' } as const;
  const phases = (['before', 'load', 'after'] as const).flatMap((phase) => {
    const counts = totals?.phases[phase];
    return counts === undefined ? [] : [canaryRow(words[phase], counts)];
  });
  return {
    title: 'Canaries: messages between the backends',
    columns: [
      ...['', 'Published', 'In time', 'Late', 'Lost', 'Twice', 'Out of order', 'Long given up'],
      ...['Withdrawn', 'No user connected', 'Refused'],
    ],
    numbersFrom: 1,
    rows: totals === null || phases.length === 0 ? [] : [...phases, canaryRow('all', totals)],
  };
}

const canaryRow = (name: string, counts: CanaryCounts): string[] => [
  name,
  ...[counts.published, counts.received, counts.late, counts.lost, counts.duplicates, counts.reordered, counts.overdue].map(String),
  ...[counts.withdrawn, counts.unaddressed, counts.refused].map(String),
];

function canaryTimes({ canaries: totals }: RunResult): TextTable {
  const { latency, leastSubscribers, lostBy, refusals } = totals ?? { latency: null, leastSubscribers: null, lostBy: {}, refusals: {} };
  const row = [
    ...(['50%', '95%', '99%', '100%'] as const).map((share) => (latency === null ? 'N/A' : ms(latency[share]))),
    leastSubscribers === null ? 'N/A' : String(leastSubscribers),
    countsOf(lostBy),
    countsOf(refusals),
  ];
  return {
    title: 'Canaries: from publish to arrival (ms)',
    columns: ['Median', 'p95', 'p99', 'Max', 'Least subscribers', 'Lost by source address', 'Refused publishes'],
    rows: totals === null ? [] : [row],
  };
}

function components(result: RunResult): TextTable {
  return {
    title: 'The target before and after the load',
    columns: ['Component', 'Role', 'Status', 'Before', 'After', 'What changed'],
    rows: result.components.map(({ name, role, status, start, end, change }) => [
      ...[name, role, status, stateText(start), stateText(end), change ?? ''],
    ]),
  };
}

function stateText(state: ComponentRow['start']): string {
  if (state === null) return 'not read';
  const { id, image, startedAt, restartCount, health } = state;
  return [
    /^[0-9a-f]{13,}$/.test(id) ? id.slice(0, 12) : id,
    ...(image === undefined ? [] : [`image ${image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')}`]),
    ...(startedAt === undefined ? [] : [`started at ${startedAt}`]),
    ...(restartCount === undefined ? [] : [`RestartCount ${restartCount}`]),
    ...(health === undefined ? [] : [health]),
  ].join(', ');
}

function targetEvents(result: RunResult): TextTable {
  return {
    title: 'What happened to the target',
    columns: ['When', 'Component', 'What', 'Detail', "By the source's clock"],
    rows: result.targetEvents.map(({ t, component, what, detail, sourceTime }) => [
      ...[utc(t), component, what, detail ?? '', sourceTime === null ? '' : utc(sourceTime)],
    ]),
  };
}

function clocks(result: RunResult): TextTable {
  return {
    title: 'Clocks (ms ahead of ours)',
    columns: ['Source', 'Readings', 'Ahead by', 'Plus or minus', 'Least', 'Greatest'],
    numbersFrom: 1,
    rows: result.clocks.map(({ source, readings, offsetMs, uncertaintyMs, minMs, maxMs }) => [
      ...[source, String(readings)],
      ...[offsetMs, uncertaintyMs, minMs, maxMs].map((value) => decimal(value, 1)),
    ]),
  };
}

function logExamples(result: RunResult): TextTable {
  return {
    title: 'First log lines by pattern',
    columns: ['When read', 'Backend', 'Pattern', 'Line'],
    rows: result.logExamples.map(({ t, backend, pattern, line }) => [utc(t), backend, pattern, line]),
  };
}

function evidenceFiles(result: RunResult): TextTable {
  return {
    title: 'Evidence that was collected',
    columns: ['File', 'From', 'Status', 'Why'],
    rows: result.evidenceFiles.map(({ path, source, status, reason }) => [path, source, status, reason ?? '']),
  };
}

/** `a 3, b 1`. */
const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
