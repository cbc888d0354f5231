import type { Load } from '../load/load.js';
import type { Io } from './io.js';

/** The keys that Locust has: one user more or less, ten with shift. */
const USERS_BY_KEY: Readonly<Record<string, number>> = { w: 1, W: 10, s: -1, S: -10 };

/** Lets whoever sits at the terminal add users and take some away; the live view shows what came of it. Returns a function that gives the keyboard back. */
export function followKeys(load: Pick<Load, 'adjust'>, io: Pick<Io, 'keys'>): () => void {
  return io.keys((key) => {
    const users = USERS_BY_KEY[key];
    if (users !== undefined) load.adjust(users);
  });
}
