import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` gives something else than undefined or false, and gives that; rejects after `patienceMs`. A throw counts as not yet. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  patienceMs = 15_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + patienceMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`never came: ${what}`, { cause: last });
}
