import type { Proof } from '../finding.js';
import { clock, counted, decimal, percent } from '../format.js';
import type { Window } from './readings.js';
import type { Judged } from './rule.js';
import { proof } from './weigh.js';

/** Source addresses that are told one by one. */
const MAX_TOLD = 5;

/** Who lost canaries: a few source addresses lose all of theirs, which are those whose users are on one replica. */
export function sourcesOf({ canaries }: Judged, replicas: number, of: number): Proof[] {
  if (canaries === null || canaries.lost === 0) return [];
  const sources = Object.entries(canaries.lostBy).sort(([, a], [, b]) => b - a);
  const known = canaries.lost + canaries.received + canaries.late;
  const told = sources.slice(0, MAX_TOLD).map(([address, count]) => `${address} ${count}`);
  const more = sources.length > MAX_TOLD ? `, and ${sources.length - MAX_TOLD} more` : '';
  const share = `${percent(canaries.lost / Math.max(1, known))} of all canaries whose fate is known`;
  return [
    proof(
      `${counted(canaries.lost, 'canary', 'canaries')} lost, by source address: ${told.join(', ')}${more}; that is ${share}, and ${counted(replicas, 'replica')} of ${of} has ${decimal((100 * replicas) / of, 0)} % of the users`,
      'canary.second',
    ),
  ];
}

/** The times in which canaries were lost, from the time on at which the first of them must have been sent; null where none was. */
export function lossWindow({ canaryHistory, canaries }: Judged): Window | null {
  const seconds = canaryHistory.filter(({ lost }) => lost > 0).map(({ second }) => second);
  const [first, last] = [seconds[0], seconds.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { from: first * 1000 - (canaries?.lostAfterMs ?? 0), to: (last + 1) * 1000 };
}

/** `from 12:00:01.000 UTC to 12:00:05.000 UTC`. */
export const fromTo = ({ from, to }: Window): string => `from ${clock(from)} to ${clock(to)}`;
