import type { z } from 'zod';
import type { externalRow } from '../../journal/event.js';

/** What another tool says of one kind of request. */
export type ExternalRow = z.infer<typeof externalRow>;

/** The key of a percentile in a row: 99.9 is `0.999`. */
export function shareOf(percent: number): string {
  // Division alone leaves 0.9990000000000001.
  return String(Number((percent / 100).toPrecision(12)));
}
