/** A value of a line at one time: null is a gap; false is a time of another line, at which this one goes on. */
export type Point = number | null | false;

/** One line of a chart. */
export interface Line {
  label: string;
  /** One for each time of the chart. */
  values: Point[];
  /** A line that should be at 0. */
  bad?: true;
}

/** A chart over time, ready to be drawn. */
export interface Chart {
  title: string;
  unit: string;
  /** Unix seconds, rising. */
  times: number[];
  lines: Line[];
}

/** Three decimals are finer than a pixel and keep the page small. */
export const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(3)));
