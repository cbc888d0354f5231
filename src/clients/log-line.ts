import type { Backend } from '../config/config.js';

/** Where a backend's log is. */
export type LogPlace =
  | { kind: 'file'; path: string }
  /** It writes the log to stdout or stderr and goes on, program first. */
  | { kind: 'command'; command: readonly string[] }
  /** The log is its stdout and stderr. */
  | { kind: 'container'; container: string };

/** The place of a log where it is named: of several that are given, that which the run reads too. Undefined where none is. */
export function logPlaceOf({ log, logCommand, container }: Pick<Backend, 'log' | 'logCommand' | 'container'>): LogPlace | undefined {
  if (log !== undefined) return { kind: 'file', path: log };
  if (logCommand?.[0] !== undefined) return { kind: 'command', command: logCommand };
  return container === undefined ? undefined : { kind: 'container', container };
}

/** One line of a log, without its newline. */
export interface TailLine {
  text: string;
  /** Where it was written to, where that is known. */
  stream?: 'stdout' | 'stderr';
}

/** The end of a log as it is now. */
export interface LogTail {
  /** The oldest first. */
  lines: readonly TailLine[];
  /** When it was last written, Unix ms by its own machine's clock; undefined where that is not known. */
  written?: number;
}
