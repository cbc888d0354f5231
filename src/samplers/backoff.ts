import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 250;
const MOST_MS = 4_000;

/** Pauses between attempts in a row: each twice as long as the last, up to four seconds. */
export interface Backoff {
  /** Settles when it is time for the next attempt, when {@link wake} is or was called, or when the signal is aborted. Never rejects. */
  pause(signal: AbortSignal): Promise<void>;
  /** Ends the pause that is under way, or else leaves the next one out: there is news. */
  wake(): void;
  /** It went well: the next pause is a short one again. */
  reset(): void;
}

/** A backoff that has not waited yet. */
export function backoff(): Backoff {
  let next = FIRST_MS;
  let waking = new AbortController();
  return {
    async pause(signal) {
      const ms = next;
      next = Math.min(next * 2, MOST_MS);
      // It rejects when it is cut short, which is as good an end.
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, waking.signal]) }).catch(() => undefined);
      waking = new AbortController();
    },
    wake: () => waking.abort(),
    reset() {
      next = FIRST_MS;
    },
  };
}
