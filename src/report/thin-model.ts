import type { SampleSeries } from '../verdict/run-result.js';
import { thin } from './thin.js';
import { counterRate } from './view/charts/counter-rate.js';
import type { LoadTrack, PageModel, Track, Values } from './view/model.js';

/** Bytes that the numbers of all charts may take as JSON: with everything else a page stays below 3 MB. */
const MOST_BYTES = 2_000_000;

/** A line never has fewer times than that, if there are more of it. */
const LEAST_TIMES = 200;

/** What a value and a time take, about. */
const VALUE_BYTES = 7;
const SECOND_BYTES = 11;
const MS_BYTES = 14;

/** A model with as many readings as a page has room for, with the peaks and the gaps of all. */
export function thinModel(model: PageModel): PageModel {
  const most = mostTimes(model, MOST_BYTES - JSON.stringify(model.heat).length);
  const [load, ofLoad] = thinLoad(model.load, most);
  const [canaries, ofCanaries] = thinTrack(model.canaries, most);
  const series = model.series.map((one) => thinSeries(one, most));
  return {
    ...{ ...model, load, canaries },
    series: series.map(([one]) => one),
    thinning: Math.max(ofLoad, ofCanaries, ...series.map(([, readings]) => readings)),
  };
}

/** The most times that each line can have within so many bytes. */
function mostTimes({ load, canaries, series }: PageModel, bytes: number): number {
  const tracks = [
    { times: load.times.length, each: SECOND_BYTES + VALUE_BYTES * linesOf(load).length },
    { times: canaries.times.length, each: SECOND_BYTES + VALUE_BYTES * Object.keys(canaries.lines).length },
    ...series.map(({ times }) => ({ times: times.length, each: MS_BYTES + VALUE_BYTES })),
  ];
  const cost = (most: number): number => tracks.reduce((sum, { times, each }) => sum + Math.min(times, most) * each, 0);
  let [low, high] = [LEAST_TIMES, Math.max(LEAST_TIMES, ...tracks.map(({ times }) => times))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (cost(middle) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

const TASK_LINES = ['requests', 'failures', 'p50', 'p95', 'p99', 'intendedP95'] as const;
const OWN_LINES = ['planned', 'active', 'connected', 'requests', 'failures', 'drops', 'unsent'] as const;
const GENERATOR_LINES = ['loopDelayMs', 'utilization', 'lagMs', 'gcMs'] as const;

/** All lines of the load, in an order that {@link loadOf} knows. */
const linesOf = ({ tasks, dropsBy, generator, ...own }: LoadTrack): Values[] => [
  ...OWN_LINES.map((name) => own[name]),
  ...GENERATOR_LINES.map((name) => generator[name]),
  ...Object.values(dropsBy),
  ...tasks.flatMap((task) => TASK_LINES.map((name) => task[name])),
];

/** The load with these lines in place of its own. */
function loadOf(load: LoadTrack, times: number[], lines: readonly Values[]): LoadTrack {
  const rest = lines[Symbol.iterator]();
  const next = (): Values => rest.next().value ?? [];
  const named = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, next()])) as Record<Name, Values>;
  return {
    times,
    ...named(OWN_LINES),
    generator: named(GENERATOR_LINES),
    dropsBy: named(Object.keys(load.dropsBy)),
    tasks: load.tasks.map(({ name }) => ({ name, ...named(TASK_LINES) })),
  };
}

function thinLoad(load: LoadTrack, most: number): [LoadTrack, number] {
  const { times, lines, readings } = thin(load.times, linesOf(load), most);
  return [loadOf(load, times, lines.map(shortened)), readings];
}

function thinTrack(track: Track, most: number): [Track, number] {
  const names = Object.keys(track.lines);
  const { times, lines, readings } = thin(track.times, Object.values(track.lines), most);
  return [{ times, lines: Object.fromEntries(names.map((name, index) => [name, shortened(lines[index] ?? [])])) }, readings];
}

/** A counter that has to be thinned becomes its growth a second first: of its own values only the first and the last would be left. */
function thinSeries(series: SampleSeries, most: number): [SampleSeries, number] {
  const isThinned = series.times.length > most;
  const isCounter = series.unit === '{counter}';
  const values = isThinned && isCounter ? counterRate(series.times, series.values).map((value) => value ?? null) : series.values;
  const { times, lines, readings } = thin(series.times, [values], most);
  // The growth of a counter is told from its digits: all of them.
  const own = isCounter && !isThinned ? (lines[0] ?? []) : shortened(lines[0] ?? []);
  return [{ ...series, times, values: own, unit: isThinned && isCounter ? '{counter}/s' : series.unit }, readings];
}

/** Six digits are finer than a pixel and keep the page small; whole numbers stay as they are. */
const shortened = (values: Values): Values =>
  values.map((value) => (value === null || Number.isInteger(value) ? value : Number(value.toPrecision(6))));
