import { messageOf } from '../errors.js';
import { type LogFile, openLogFile } from './log-file.js';
import type { Reading, Sampler } from './sampler.js';

export interface LogSource {
  /** The backend's name. */
  name: string;
  /** The file that its log goes to; without one there is nothing to read. */
  log?: string;
}

interface Followed {
  backend: string;
  file: LogFile;
  lines: number;
  /** Pattern's name → lines that matched it. */
  matches: Map<string, number>;
}

/**
 * Counts lines, and lines that match each of `patterns` (name → regular expression), in the logs of the backends since the start.
 * Whatever was read is told each time, 0 included. A log that cannot be read is told as a problem and has no readings.
 * A last line without its newline is counted when it is complete.
 */
export function logsSampler(sources: readonly LogSource[], patterns: Record<string, string>): Sampler {
  const expressions = Object.entries(patterns).map(([name, pattern]) => ({ name, expression: new RegExp(pattern) }));
  let followed: Followed[] = [];

  async function read(one: Followed, problem: (message: string) => void, signal: AbortSignal): Promise<Reading[]> {
    const count = (line: string) => {
      one.lines += 1;
      for (const { name, expression } of expressions) {
        if (expression.test(line)) one.matches.set(name, (one.matches.get(name) ?? 0) + 1);
      }
    };
    await one.file.readNew(count, (gap) => problem(`${one.backend}: ${gap}`), signal);
    const attributes = { backend: one.backend };
    return [
      { name: 'log.lines', value: one.lines, attributes },
      ...[...one.matches].map(([pattern, value]) => ({ name: 'log.matches' as const, value, attributes: { ...attributes, pattern } })),
    ];
  }

  return {
    id: 'logs',
    async start() {
      // A file that cannot be opened is told by the first reading, and by each one until it can.
      followed = await Promise.all(sources.flatMap(({ name, log }) => (log === undefined ? [] : [follow(name, log, expressions)])));
    },
    async sample({ problem, signal }) {
      const parts = followed.map((one) =>
        read(one, problem, signal).catch((error: unknown) => {
          problem(`${one.backend}: the log cannot be read: ${messageOf(error)}`);
          return [];
        }),
      );
      return (await Promise.all(parts)).flat();
    },
    async stop() {
      await Promise.all(followed.map(({ file }) => file.close()));
    },
  };
}

async function follow(backend: string, path: string, patterns: readonly { name: string }[]): Promise<Followed> {
  const file = await openLogFile(path);
  return { backend, file, lines: 0, matches: new Map(patterns.map(({ name }) => [name, 0])) };
}
