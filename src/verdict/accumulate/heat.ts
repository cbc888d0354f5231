import type { LoadSecond } from '../../journal/event.js';
import { HEAT_COLUMNS, type HeatMapOfTask } from '../run-result.js';
import { compareText } from './tally.js';

/** Ten rows to each tenfold (the series R10 of ISO 3, whose numbers people can read), from 0.1 ms to 100 s. */
const STEPS = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8];
const MICROS = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000].flatMap((decade) => STEPS.map((step) => Math.round(decade * step)));
const EDGES = Float64Array.from([...MICROS, 100_000_000]);

/** The last one is open. */
const ROWS = EDGES.length + 1;

/** Latencies over time, by task. However long the run is, there are {@link HEAT_COLUMNS} columns at most: they get longer. */
export class HeatMaps {
  readonly #tasks = new Map<string, HeatColumns>();

  add({ second, tasks }: LoadSecond): void {
    for (const [name, { latency }] of Object.entries(tasks)) {
      if (latency.length === 0) continue;
      let task = this.#tasks.get(name);
      if (!task) {
        task = new HeatColumns();
        this.#tasks.set(name, task);
      }
      task.add(second, latency);
    }
  }

  /** By name. */
  all(): HeatMapOfTask[] {
    return [...this.#tasks].sort(([a], [b]) => compareText(a, b)).map(([name, columns]) => columns.toHeatMap(name));
  }
}

/** One task's columns. Their length is a power of two of seconds, so that two of them make one. */
class HeatColumns {
  #length = 1;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  /** By the column's place: its begin divided by its length. */
  #columns = new Map<number, Float64Array>();

  /** @param pairs Values in µs and counts. Where they rise, they are looked up fastest. */
  add(second: number, pairs: readonly number[]): void {
    this.#first = Math.min(this.#first, second);
    this.#last = Math.max(this.#last, second);
    while (Math.floor(this.#last / this.#length) - Math.floor(this.#first / this.#length) >= HEAT_COLUMNS) this.#lengthen();
    const column = columnAt(this.#columns, Math.floor(second / this.#length));
    let row = 0;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const value = pairs[i] as number;
      if (row > 0 && value <= (EDGES[row - 1] as number)) row = 0;
      while (row < EDGES.length && value > (EDGES[row] as number)) row++;
      column[row] = (column[row] as number) + (pairs[i + 1] as number);
    }
  }

  toHeatMap(task: string): HeatMapOfTask {
    const columns = [...this.#columns].sort(([a], [b]) => a - b);
    let [least, greatest] = [ROWS - 1, 0];
    for (const [, counts] of columns) {
      for (let row = 0; row < ROWS; row++) {
        if ((counts[row] as number) === 0) continue;
        least = Math.min(least, row);
        greatest = Math.max(greatest, row);
      }
    }
    return {
      task,
      edgesMs: Array.from(EDGES.subarray(least, greatest), (micros) => micros / 1000),
      secondsPerColumn: this.#length,
      times: columns.map(([place]) => place * this.#length),
      counts: columns.map(([, counts]) => Array.from(counts.subarray(least, greatest + 1))),
    };
  }

  #lengthen(): void {
    const longer = new Map<number, Float64Array>();
    for (const [place, counts] of this.#columns) {
      const column = columnAt(longer, Math.floor(place / 2));
      for (let row = 0; row < ROWS; row++) column[row] = (column[row] as number) + (counts[row] as number);
    }
    this.#columns = longer;
    this.#length *= 2;
  }
}

function columnAt(columns: Map<number, Float64Array>, place: number): Float64Array {
  let column = columns.get(place);
  if (!column) {
    column = new Float64Array(ROWS);
    columns.set(place, column);
  }
  return column;
}
