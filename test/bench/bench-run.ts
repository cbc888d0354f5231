import type { ServerProgram } from './server.js';

/** What every measurement of the benchmark is given. */
export interface BenchRun {
  program: ServerProgram;
  /** How often each contender is measured, in turn with the others. */
  rounds: number;
  /** How long one measurement lasts; undefined: as long as it should. */
  seconds: number | undefined;
  /** Sockets that a process may have here, less some for other files. */
  mostUsers: number;
  /** Takes one measurement, to be kept. */
  record(measurement: Record<string, unknown>): void;
  /** Tells a person what is going on. */
  say(text: string): void;
}

/** One line of the table at the end. */
export interface Figure {
  figure: string;
  value: string;
  /** What it must be, and whether it is; left out where nothing is asked of it. */
  must?: string;
  holds?: boolean;
}

/** A number with so many digits behind the point, and its unit. */
export const show = (value: number, digits: number, unit = ''): string => `${value.toFixed(digits)}${unit && ` ${unit}`}`;
