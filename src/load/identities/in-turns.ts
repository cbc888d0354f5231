/**
 * Works on all items in their order, on at most `atOnce` of them at the same time. The first that fails stops the rest through the
 * signal that `work` is given; then this rejects with its reason.
 *
 * @returns the results in the order of the items.
 */
export async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failure = new AbortController();
  const until = AbortSignal.any([signal, failure.signal]);
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    // All workers take from the same iterator.
    for (const [index, item] of queue) {
      until.throwIfAborted();
      results[index] = await work(item, index, until);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, () =>
    worker().catch((error: unknown) => {
      if (!until.aborted) failure.abort(error);
    }),
  );
  await Promise.all(workers);
  until.throwIfAborted();
  return results;
}
