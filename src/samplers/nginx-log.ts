import type { DockerClient } from '../clients/docker.js';
import { type LogPlace, openLogSource } from './log-source.js';
import type { Reading, SamplerContext } from './sampler.js';

/** The log of nginx, counted since the start. */
export interface NginxLog {
  start(signal: AbortSignal): Promise<void>;
  /** Lines, and those that match each pattern, 0 included; none while the log has not been read to its end. Throws where it cannot be read. */
  readings(ctx: SamplerContext): Promise<Reading[]>;
  close(): Promise<void>;
}

/**
 * Counts lines of the error log: of a file, or of what a container writes to stdout and stderr. The attribute is `component`, not `backend`:
 * nothing about a backend's log is proven by it. Undefined where no place is given. @param patterns name → regular expression
 */
export function nginxLog(place: LogPlace, patterns: Record<string, string>, docker?: DockerClient): NginxLog | undefined {
  const counters = Object.entries(patterns).map(([pattern, source]) => ({ pattern, expression: new RegExp(source), matches: 0 }));
  let lines = 0;
  const sink = {
    line({ text }: { text: string }) {
      lines += 1;
      for (const counter of counters) if (counter.expression.test(text)) counter.matches += 1;
    },
  };
  const source = openLogSource(place, sink, docker);
  return (
    source && {
      start: (signal) => source.start(signal),
      async readings({ problem, note, signal }) {
        const teller = {
          gap: (message: string) => problem(`its log: ${message}`),
          note: (what: string, detail?: string) => note({ component: 'nginx', what, ...(detail !== undefined && { detail }) }),
        };
        if (!(await source.catchUp(teller, signal))) return [];
        const attributes = { component: 'nginx' };
        return [
          { name: 'log.lines', value: lines, attributes },
          ...counters.map(({ pattern, matches }) => ({
            name: 'log.matches' as const,
            value: matches,
            attributes: { ...attributes, pattern },
          })),
        ];
      },
      close: () => source.close(),
    }
  );
}
