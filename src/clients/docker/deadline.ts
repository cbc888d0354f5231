import { setMaxListeners } from 'node:events';

/** Why a call was given up. */
export class TooLate extends Error {
  override name = 'TooLate';
}

/** Ends when one of these is aborted. Unlike AbortSignal.any it leaves nothing with signals that live long. */
export function linked(signals: readonly (AbortSignal | undefined)[]): { controller: AbortController; unlink(): void } {
  const controller = new AbortController();
  const listeners = signals.flatMap((signal) => {
    if (signal === undefined) return [];
    // Many calls at once may share a signal; each takes its listener away when it is over, so that their number is no leak.
    setMaxListeners(0, signal);
    const onAbort = (): void => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return [() => signal.removeEventListener('abort', onAbort)];
  });
  return {
    controller,
    unlink: () => {
      for (const remove of listeners) remove();
    },
  };
}

/**
 * Gives `work` a signal and waits for it, `ms` at the most. Rejects with {@link TooLate}, or with the reason of the signal that was aborted,
 * also where the work heeds no signal.
 */
export async function within<T>(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { controller, unlink } = linked(signals);
  const timer = setTimeout(() => controller.abort(new TooLate(`no answer within ${ms} ms`)), ms);
  const { signal } = controller;
  try {
    signal.throwIfAborted();
    const working = work(signal);
    return await Promise.race([working, rejectedBy(signal)]);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
