import { setImmediate as turn } from 'node:timers/promises';
import type { CanaryMark } from './canary-mark.js';
import { CanaryMailbox } from './mailbox.js';
import type { CanaryOrder, CanaryReport } from './protocol.js';

/** Answers for the mailbox of a worker. */
export class CanaryClerk {
  readonly mailbox: CanaryMailbox;
  readonly #report: (report: CanaryReport) => void;

  constructor(mark: CanaryMark, report: (report: CanaryReport) => void) {
    this.#report = report;
    this.mailbox = new CanaryMailbox(mark, {
      arrived: (seq, at) => report({ type: 'arrived', seq, at }),
      gone: (seqs) => report({ type: 'gone', seqs }),
    });
  }

  async handle(order: CanaryOrder): Promise<void> {
    const { id, seqs } = order;
    if (order.type === 'expect') return this.#report({ type: 'expecting', id, recipient: this.mailbox.expect(seqs) });
    await allRead();
    this.#report({ type: 'missing', id, seqs: this.mailbox.missing(seqs) });
  }
}

/**
 * Everything that had reached the sockets of this thread has been read. After a pause of the thread what is asked of it can come before
 * that: it is read within this turn of the event loop, or in the next one.
 */
export async function allRead(): Promise<void> {
  await turn();
  await turn();
}
