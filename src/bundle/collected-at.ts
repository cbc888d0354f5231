import type { JournalEnd, JournalEvent } from '../journal/event.js';

/** Lets events pass and remembers when each file of the evidence was collected: the last time, where that was more than once. */
export function* rememberCollected(
  events: Iterator<JournalEvent, JournalEnd>,
  collectedAt: Map<string, number>,
): Generator<JournalEvent, JournalEnd> {
  for (;;) {
    const next = events.next();
    if (next.done) return next.value;
    if (next.value.type === 'evidence.file') collectedAt.set(next.value.path, next.value.t);
    yield next.value;
  }
}
