import { describe, expect, it } from 'vitest';
import { InFlight, type Request } from '../../src/load/in-flight.js';
import type { Message, Resync, Task, User } from '../../src/load/scenario.js';

const user = {} as User;
const task = (name: string, reply: string): Task => ({
  name,
  weight: 1,
  timeoutMs: 1000,
  message: () => ({ type: name }),
  isReply: (message: Message) => message.type === reply,
});
const resync: Resync = { message: () => ({ type: 'ping' }), isReply: (message) => message.type === 'pong' };
const route = task('route', 'routed');
const position = task('position', 'moved');

const request = (of: Task | undefined, expired = false): Request => ({ task: of, id: undefined, sentAt: 0, intendedAt: 0, expired });

function inFlight(...requests: Request[]): InFlight {
  const result = new InFlight({ resync });
  for (const each of requests) result.add(each);
  return result;
}

describe('InFlight', () => {
  it('gives a reply to the oldest request that it answers, so that a late one is not taken for the next', () => {
    const [timedOut, next] = [request(position, true), request(position)];
    const requests = inFlight(timedOut, next);
    expect(requests.match({ type: 'moved' }, user)).toBe(timedOut);
    expect(requests.match({ type: 'moved' }, user)).toBe(next);
    expect(requests.match({ type: 'moved' }, user)).toBeUndefined();
  });

  it('takes a frame that answers nothing for a push', () => {
    const requests = inFlight(request(route));
    expect(requests.match({ type: 'connected' }, user)).toBeUndefined();
    expect(requests.match({ type: 'moved' }, user)).toBeUndefined();
    expect(requests.waiting).toBe(1);
  });

  it('never gives a reply to a task of another kind', () => {
    const [first, second] = [request(route, true), request(position)];
    const requests = inFlight(first, second);
    expect(requests.match({ type: 'moved' }, user)).toBe(second);
    expect(requests.match({ type: 'routed' }, user)).toBe(first);
  });

  it('forgets lost requests at the answer to a resync, so that one lost reply does not put all others off by one', () => {
    const [lost, question, next] = [request(position, true), request(undefined), request(position)];
    const requests = inFlight(lost, question, next);
    expect(requests.match({ type: 'pong' }, user)).toBe(question);
    expect(requests.match({ type: 'moved' }, user)).toBe(next);
    expect(requests.waiting).toBe(0);
  });

  describe('with ids', () => {
    const correlation = {
      requestId: (message: Message) => message.id as number,
      replyId: (message: Message) => message.re as number | undefined,
    };
    const anyOrder = (...requests: Request[]) => {
      const result = new InFlight({ correlation });
      for (const each of requests) result.add(each);
      return result;
    };

    it('pairs replies in any order, late ones with the request that timed out', () => {
      const [late, first, second] = [7, 8, 9].map((id) => ({ ...request(position, id === 7), id }));
      const requests = anyOrder(late as Request, first as Request, second as Request);
      expect(requests.match({ type: 'moved', re: 9 }, user)).toBe(second);
      expect(requests.match({ type: 'moved', re: 7 }, user)).toBe(late);
      expect(requests.match({ type: 'moved', re: 8 }, user)).toBe(first);
      expect(requests.match({ type: 'moved', re: 8 }, user)).toBeUndefined();
      expect(requests.match({ type: 'news' }, user)).toBeUndefined();
    });
  });

  it('tells which timeouts have passed, once each, and when the next one will', () => {
    const [early, later] = [request(position), { ...request(position), sentAt: 500 }];
    const requests = inFlight(early, later);
    expect(requests.nextDeadline()).toBe(1000);
    expect(requests.expire(999)).toEqual([]);
    expect(requests.expire(1000)).toEqual([early]);
    expect(requests.waiting).toBe(1);
    expect(requests.nextDeadline()).toBe(1500);
    expect(requests.expire(1499)).toEqual([]);
    expect(requests.expire(9999)).toEqual([later]);
    expect(requests.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('hands back what was still waited for when the socket is gone', () => {
    const waiting = request(position);
    const requests = inFlight(request(position, true), request(undefined), waiting);
    expect(requests.clear()).toEqual([waiting]);
    expect(requests.waiting).toBe(0);
  });
});
