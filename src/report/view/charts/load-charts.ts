import type { LoadTrack, PageModel, Values } from '../model.js';
import { type Chart, type ChartLine, type LineChart, slug } from './chart.js';
import type { ChartTexts } from './texts.js';

type Line = ChartLine & { values: Values };

interface Spec extends Pick<LineChart, 'id' | 'group' | 'title' | 'unit'> {
  times: readonly number[];
  lines: readonly Line[];
  /** The load's own metrics have no series, but criteria are made of them. */
  metrics?: readonly string[];
}

function lineChart({ times, lines, metrics = [], ...head }: Spec): LineChart {
  return {
    ...head,
    kind: 'lines',
    metrics,
    limits: [],
    lines: lines.map(({ values: _values, ...line }) => line),
    data: () => ({ times, values: lines.map(({ values }) => values) }),
  };
}

const isSome = (values: Values | undefined): boolean => values?.some((value) => value !== null && value > 0) ?? false;

const sum = (...lines: readonly Values[]): Values =>
  (lines[0] ?? []).map((_, index) =>
    lines.reduce<number | null>((total, line) => {
      const value = line[index] ?? null;
      return total === null || value === null ? null : total + value;
    }, 0),
  );

const difference = (a: Values, b: Values): Values =>
  a.map((value, index) => {
    const less = b[index] ?? null;
    return value === null || less === null ? null : value - less;
  });

/** The opening handshake is a task of its own. */
export const CONNECT = 'connect';

/** What the load itself tells. A load that was not ours tells nothing. */
export function loadCharts({ load, heat }: PageModel, texts: ChartTexts): Chart[] {
  if (load.times.length === 0) return [];
  const { titles, lines } = texts;
  const tasks = load.tasks.map((task) => task.name);
  return [
    lineChart({
      ...{ id: 'users', group: 'load', title: titles.users, unit: 'count', times: load.times },
      metrics: ['load.users.planned', 'load.users.active', 'load.users.connected'],
      lines: [
        { label: lines.planned, values: load.planned },
        { label: lines.active, values: load.active },
        { label: lines.connected, values: load.connected },
      ],
    }),
    lineChart({
      ...{ id: 'rates', group: 'load', title: titles.rates, unit: 'perSecond', times: load.times },
      metrics: ['load.requests', 'load.failures', 'load.error_rate'],
      lines: [
        { label: lines.requests, values: load.requests },
        { label: lines.failures, values: sum(load.failures, load.drops), bad: true },
      ],
    }),
    ...taskRates(load, texts),
    ...(isSome(load.unsent) ? [unsent(load, texts)] : []),
    ...tasks.filter((task) => task !== CONNECT).flatMap((task) => latencyCharts(load, heat, task, texts)),
    ...connectCharts(load, texts),
    ...(tasks.includes(CONNECT) ? latencyCharts(load, heat, CONNECT, texts) : []),
    dropChart(load, texts),
  ];
}

function taskRates(load: LoadTrack, { titles }: ChartTexts): Chart[] {
  const tasks = load.tasks.filter(({ name }) => name !== CONNECT);
  if (tasks.length < 2) return [];
  const lines = tasks.map(({ name, requests }) => ({ label: name, values: requests }));
  return [lineChart({ id: 'task-rates', group: 'load', title: titles.taskRates, unit: 'perSecond', times: load.times, lines })];
}

const unsent = (load: LoadTrack, { titles, lines }: ChartTexts): Chart =>
  lineChart({
    ...{ id: 'unsent', group: 'load', title: titles.unsent, unit: 'perSecond', times: load.times, metrics: ['load.unsent'] },
    lines: [{ label: lines.unsent, values: load.unsent, bad: true }],
  });

function latencyCharts(load: LoadTrack, heat: PageModel['heat'], name: string, { titles, lines }: ChartTexts): Chart[] {
  const group = name === CONNECT ? 'connections' : 'latency';
  const task = load.tasks.find((one) => one.name === name);
  const map = heat.find((one) => one.task === name);
  const charts: Chart[] = [];
  if (task) {
    charts.push(
      lineChart({
        ...{ id: `latency-${slug(name)}`, group, title: titles.latency(name), unit: 'ms', times: load.times },
        metrics: name === CONNECT ? ['load.handshake.time'] : ['load.latency', 'load.intended_latency'],
        lines: [
          { label: 'p50', values: task.p50 },
          { label: 'p95', values: task.p95 },
          { label: 'p99', values: task.p99 },
          { label: lines.intended, values: task.intendedP95 },
        ],
      }),
    );
  }
  if (map && map.times.length > 0) charts.push({ id: `heat-${slug(name)}`, group, title: titles.heat(name), kind: 'heat', map });
  return charts;
}

function connectCharts(load: LoadTrack, { titles, lines }: ChartTexts): Chart[] {
  const connect = load.tasks.find(({ name }) => name === CONNECT);
  if (!connect) return [];
  return [
    lineChart({
      ...{ id: 'connects', group: 'connections', title: titles.connects, unit: 'perSecond', times: load.times },
      lines: [
        { label: lines.succeeded, values: difference(connect.requests, connect.failures) },
        { label: lines.failed, values: connect.failures, bad: true },
      ],
    }),
  ];
}

function dropChart(load: LoadTrack, { titles, lines }: ChartTexts): Chart {
  const codes = Object.entries(load.dropsBy);
  const named: Line[] = codes.map(([code, values]) => ({ label: code, values, bad: true }));
  return lineChart({
    ...{ id: 'drops', group: 'connections', title: titles.drops, unit: 'perSecond', times: load.times },
    metrics: ['load.drops', 'load.reconnect.time'],
    lines: named.length > 0 ? named : [{ label: lines.drops, values: load.drops, bad: true }],
  });
}

/** How the load generator fared, as the load's own records tell it. */
export function generatorCharts({ load }: PageModel, { titles, lines }: ChartTexts): Chart[] {
  if (load.times.length === 0) return [];
  const { generator, times } = load;
  return [
    lineChart({
      ...{ id: 'generator-delays', group: 'generator', title: titles.generatorDelays, unit: 'ms', times },
      metrics: ['load.generator.loop_delay', 'load.generator.lag', 'load.generator.gc'],
      lines: [
        { label: lines.loopDelay, values: generator.loopDelayMs },
        { label: lines.lag, values: generator.lagMs },
        { label: lines.gc, values: generator.gcMs },
      ],
    }),
    lineChart({
      ...{ id: 'generator-utilization', group: 'generator', title: titles.generatorUtilization, unit: 'share', times },
      metrics: ['load.generator.utilization'],
      lines: [{ label: lines.busiest, values: generator.utilization }],
    }),
  ];
}

/** Messages that were sent from backend to backend. */
export function canaryCharts({ canaries: { times, lines: known } }: PageModel, { titles, lines }: ChartTexts): Chart[] {
  if (times.length === 0) return [];
  const of = (...all: Line[]): Line[] => all.filter(({ values }) => values.length > 0);
  const bad = (label: string, values: Values | undefined): Line[] => (isSome(values) ? [{ label, values: values ?? [], bad: true }] : []);
  return [
    lineChart({
      ...{ id: 'canary-latency', group: 'canaries', title: titles.canaryLatency, unit: 'ms', times, metrics: ['canary.latency'] },
      lines: of({ label: 'p50', values: known.p50Ms ?? [] }, { label: 'p99', values: known.p99Ms ?? [] }),
    }),
    lineChart({
      ...{ id: 'canary-fates', group: 'canaries', title: titles.canaryFates, unit: 'perSecond', times },
      metrics: ['published', 'received', 'late', 'lost', 'duplicates', 'reordered'].map((name) => `canary.${name}`),
      lines: [
        ...of(
          { label: lines.published, values: known.published ?? [] },
          { label: lines.received, values: known.received ?? [] },
          { label: lines.lost, values: known.lost ?? [], bad: true },
        ),
        ...bad(lines.late, known.late),
        ...bad(lines.refused, known.refused),
        ...bad(lines.duplicates, known.duplicates),
        ...bad(lines.reordered, known.reordered),
      ],
    }),
  ];
}
