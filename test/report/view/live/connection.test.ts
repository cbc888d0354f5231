import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToPage } from '../../../../src/dashboard/protocol.js';
import { backoffMs, Connection, type ConnectionState } from '../../../../src/report/view/live/connection.js';

/** A line of which the test is the other end. */
class Line {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  close(): void {
    this.closed = true;
  }
  says(message: ToPage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  breaks(): void {
    this.onclose?.();
  }
}

const problem: ToPage = { type: 'error', message: 'x' };

function connect(onMessage: (message: ToPage) => void = () => {}) {
  const lines: Line[] = [];
  const states: ConnectionState[] = [];
  const connection = new Connection({
    url: 'ws://h/api/live?run=a',
    onMessage,
    onState: (state) => states.push(state),
    open: () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
    random: () => 0,
  });
  return { connection, lines, states, last: () => lines.at(-1) as Line };
}

describe('the line to the server', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('comes back by itself, each time after a longer wait, and as quickly as at first once it was there', () => {
    const { lines, states, last, connection } = connect();
    last().says(problem);
    for (const wait of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      last().breaks();
      const before = lines.length;
      vi.advanceTimersByTime(wait - 1);
      expect(lines).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(lines).toHaveLength(before + 1);
    }
    last().says(problem);
    last().breaks();
    vi.advanceTimersByTime(500);
    expect(states).toEqual(['connected', 'reconnecting', 'connected', 'reconnecting']);
    connection.close();
    expect(last().closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('joins anew when what came does not fit what was there', () => {
    const { lines, last, states } = connect((message) => {
      if (message.type === 'batch') throw new Error('a batch came before a model');
    });
    last().says({
      type: 'batch',
      run: { id: 'a', state: 'running', controllable: true, adjustment: 0, exitCode: null, said: [] },
      patch: { set: 1 },
    });
    expect(lines[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(2);
    expect(states).toEqual(['connected', 'reconnecting']);
  });

  it('listens to no line but the last', () => {
    const got: ToPage[] = [];
    const { lines, last } = connect((message) => void got.push(message));
    last().breaks();
    vi.advanceTimersByTime(500);
    lines[0]?.says(problem);
    lines[0]?.breaks();
    expect(got).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not come back to a run that has ended', () => {
    const { lines, last, connection, states } = connect();
    last().says(problem);
    connection.end();
    last().says(problem);
    last().breaks();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(states).toEqual(['connected', 'ended']);
  });

  it('tries at once when it is asked to, and only where there is no line', () => {
    const { lines, last, connection } = connect();
    connection.retryNow();
    expect(lines).toHaveLength(1);
    last().breaks();
    connection.retryNow();
    expect(lines).toHaveLength(2);
    connection.close();
    connection.retryNow();
    expect(lines).toHaveLength(2);
  });

  it('lets go of the line while the page sleeps', () => {
    const { lines, last, connection, states } = connect();
    last().says(problem);
    connection.pause();
    expect(lines[0]?.closed).toBe(true);
    connection.retryNow();
    expect(lines).toHaveLength(2);
    expect(states).toEqual(['connected', 'reconnecting']);
  });

  it('waits less by up to a third, so that not everybody comes at once', () => {
    expect(backoffMs(0, 1)).toBeCloseTo(350);
    expect(backoffMs(20, 0)).toBe(15_000);
  });
});
