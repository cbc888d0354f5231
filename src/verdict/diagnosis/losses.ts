import type { TargetEventRow } from '../run-result.js';
import { loadWindow } from './readings.js';
import type { Judged } from './rule.js';

/** A backend that went away, was ended or was replaced while the load ran. */
export interface Loss {
  backend: string;
  /** When it was first seen, Unix ms; null where only the two ends differ. */
  at: number | null;
  /** `exit`: its process ended. `oom`: the kernel ended it. `ended`: somebody did. `replaced`: another one is in its place. */
  how: 'exit' | 'oom' | 'ended' | 'replaced';
  /** Docker told how; of a process it can only be seen that it is gone. */
  isTold: boolean;
  /** What was seen, and where. */
  seen: { text: string; source: string; t: number | null }[];
  /** Something runs in its place again. */
  isBack: boolean;
}

/** What the sampler of processes says of one that has ended. */
const GONE = /there is no process \d+|process \d+ has exited/;

const DEATHS = ['die', 'oom', 'kill', 'stop', 'restart', 'restarted', 'replaced', 'destroy'];
const LIVES = ['start', 'restart', 'restarted', 'replaced', 'reconnected'];

/** Seconds after the load's end in which a loss may still be one of the load. */
const GRACE_MS = 2000;

/** The backends that were lost during the load, the first one first. */
export function lossesOf(run: Judged): Loss[] {
  const window = loadWindow(run);
  if (window === null) return [];
  const during = ({ t }: { t: number }) => t >= window.from && t <= window.to + GRACE_MS;
  const backends = run.components.filter(({ role }) => role === 'backend');
  const names = [...new Set([...run.logProof.backends.map(({ backend }) => backend), ...backends.map(({ name }) => name)])];
  return names
    .flatMap((backend) => {
      const events = run.targetEvents.filter((event) => event.component === backend && during(event));
      const deaths = events.filter(({ what }) => DEATHS.includes(what));
      const gone = run.samplerErrors.filter(
        ({ message, first }) => message.startsWith(`${backend}: `) && GONE.test(message) && during({ t: first }),
      );
      const changed = backends.filter(({ name, status }) => name === backend && status === 'changed');
      if (deaths.length === 0 && gone.length === 0 && changed.length === 0) return [];
      const seen = [
        ...deaths.map(({ t, what, detail }) => ({
          text: `${backend} ${what}${detail === null ? '' : ` (${detail})`}`,
          source: `target.event ${what}`,
          t,
        })),
        ...gone.map(({ first, sampler, message }) => ({ text: message, source: `sampler.error ${sampler}`, t: first })),
        ...changed.map(({ change }) => ({ text: `${backend} ${change}`, source: 'target.identity', t: null })),
      ];
      const times = seen.flatMap(({ t }) => t ?? []);
      const isBack = changed.length > 0 || events.some(({ what }) => LIVES.includes(what));
      return [
        {
          backend,
          at: times.length === 0 ? null : Math.min(...times),
          how: howOf(deaths, changed[0]?.change ?? ''),
          isTold: deaths.length > 0,
          seen,
          isBack,
        },
      ];
    })
    .sort((a, b) => (a.at ?? window.to) - (b.at ?? window.to));
}

function howOf(deaths: readonly TargetEventRow[], change: string): Loss['how'] {
  const has = (...whats: string[]) => deaths.some(({ what }) => whats.includes(what));
  if (has('oom')) return 'oom';
  if (has('replaced', 'destroy') || change.startsWith('was replaced')) return 'replaced';
  // Docker tells of a signal that somebody sent, and of none where the process ended by itself.
  if (has('kill', 'stop', 'restart')) return 'ended';
  return 'exit';
}
