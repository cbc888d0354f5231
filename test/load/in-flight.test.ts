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

const request = (of: Task | undefined, expired = false): Request => ({ task: of, sentAt: 0, intendedAt: 0, expired });

function inFlight(...requests: Request[]): InFlight {
  const result = new InFlight();
  for (const each of requests) result.add(each);
  return result;
}

describe('InFlight', () => {
  it('gives a reply to the oldest request that it answers, so that a late one is not taken for the next', () => {
    const [timedOut, next] = [request(position, true), request(position)];
    const requests = inFlight(timedOut, next);
    expect(requests.match({ type: 'moved' }, user, resync)).toBe(timedOut);
    expect(requests.match({ type: 'moved' }, user, resync)).toBe(next);
    expect(requests.match({ type: 'moved' }, user, resync)).toBeUndefined();
  });

  it('takes a frame that answers nothing for a push', () => {
    const requests = inFlight(request(route));
    expect(requests.match({ type: 'connected' }, user, resync)).toBeUndefined();
    expect(requests.match({ type: 'moved' }, user, resync)).toBeUndefined();
    expect(requests.size).toBe(1);
  });

  it('never gives a reply to a task of another kind', () => {
    const [first, second] = [request(route, true), request(position)];
    const requests = inFlight(first, second);
    expect(requests.match({ type: 'moved' }, user, resync)).toBe(second);
    expect(requests.match({ type: 'routed' }, user, resync)).toBe(first);
  });

  it('forgets lost requests at the answer to a resync, so that one lost reply does not put all others off by one', () => {
    const [lost, question, next] = [request(position, true), request(undefined), request(position)];
    const requests = inFlight(lost, question, next);
    expect(requests.match({ type: 'pong' }, user, resync)).toBe(question);
    expect(requests.match({ type: 'moved' }, user, resync)).toBe(next);
    expect(requests.size).toBe(0);
  });

  it('hands back what was still waited for when the socket is gone', () => {
    const waiting = request(position);
    const requests = inFlight(request(position, true), request(undefined), waiting);
    expect(requests.clear()).toEqual([waiting]);
    expect(requests.size).toBe(0);
  });
});
