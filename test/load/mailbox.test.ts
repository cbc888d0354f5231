import { beforeEach, describe, expect, it } from 'vitest';
import { CanaryMailbox } from '../../src/load/mailbox.js';

const user = (index: number, localAddress?: string) => ({ index, id: `user-${index}`, localAddress });
const frame = (seq: number) => ({ type: 'canary', canary: { run: 'r', phase: 'load', seq } });

let arrived: number[];
let gone: number[];
let mailbox: CanaryMailbox;
beforeEach(() => {
  arrived = [];
  gone = [];
  mailbox = new CanaryMailbox(
    { run: 'r', phase: 'load', at: 'canary' },
    { arrived: (seq) => arrived.push(seq), gone: (seqs) => gone.push(...seqs) },
  );
});

describe('CanaryMailbox', () => {
  it('chooses round robin over addresses, then over the users of one', () => {
    expect(mailbox.expect([0])).toBeUndefined();
    for (const [index, address] of ['a', 'a', 'b', 'a'].entries()) mailbox.open(user(index, address));
    mailbox.open(user(4));
    const chosen = Array.from({ length: 9 }, (_, seq) => mailbox.expect([seq]));
    expect(chosen.map((recipient) => recipient?.address)).toEqual(['a', 'b', 'default', 'a', 'b', 'default', 'a', 'b', 'default']);
    expect(chosen.map((recipient) => recipient?.index)).toEqual([0, 2, 4, 1, 2, 4, 3, 2, 4]);
  });

  it('tells of each arrival at the connection that a canary is addressed to', () => {
    const slot = mailbox.open(user(0));
    mailbox.expect([5, 6]);
    expect(mailbox.take(frame(6), slot)).toBe(true);
    expect(mailbox.missing([5, 6])).toEqual([5]);
    expect(mailbox.take(frame(5), slot)).toBe(true);
    expect(mailbox.take(frame(5), slot)).toBe(true);
    expect(mailbox.take({ type: 'navigation_update' }, slot)).toBe(false);
    expect(arrived).toEqual([6, 5, 5]);
  });

  it('takes what is addressed to another connection, and tells nothing of it', () => {
    mailbox.open(user(0));
    mailbox.expect([1]);
    const other = mailbox.open(user(1));
    expect(mailbox.take(frame(1), other)).toBe(true);
    expect(mailbox.take(frame(1), undefined)).toBe(true);
    expect(mailbox.take(frame(99), other)).toBe(true);
    expect(arrived).toEqual([]);
    expect(mailbox.missing([1])).toEqual([1]);
  });

  it('withdraws what a connection waits for when it closes, also when its user connects again', () => {
    const addressee = user(0);
    const slot = mailbox.open(addressee);
    mailbox.expect([1, 2]);
    mailbox.take(frame(1), slot);
    mailbox.close(slot);
    expect(gone).toEqual([2]);
    expect(mailbox.missing([2])).toEqual([]);
    expect(mailbox.expect([3])).toBeUndefined();
    mailbox.take(frame(2), mailbox.open(addressee));
    expect(arrived).toEqual([1]);
  });

  it('does not choose a user who is about to leave, who still gets what is under way', () => {
    const slot = mailbox.open(user(0, 'a'));
    mailbox.open(user(1, 'b'));
    expect(mailbox.expect([0])?.index).toBe(0);
    mailbox.leave(slot);
    expect([1, 2].map((seq) => mailbox.expect([seq])?.index)).toEqual([1, 1]);
    mailbox.take(frame(0), slot);
    expect(arrived).toEqual([0]);
  });

  it('remembers a bounded number of canaries', () => {
    const slot = mailbox.open(user(0));
    for (let seq = 0; seq < 20_000; seq++) mailbox.expect([seq]);
    expect(slot.pending.size).toBe(10_000);
    mailbox.take(frame(0), slot);
    mailbox.take(frame(19_999), slot);
    expect(arrived).toEqual([19_999]);
  });
});
