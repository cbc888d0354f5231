import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showLive } from '../../../src/commands/live/show-live.js';
import { createScreen } from '../../../src/commands/screen.js';
import type { JournalEvent } from '../../../src/journal/event.js';
import { FakeTerminal } from '../../helpers/fake-terminal.js';
import { LOAD_START, runStart, second } from '../../verdict/journal-builder.js';

beforeEach(() => void vi.useFakeTimers({ now: LOAD_START }));
afterEach(() => void vi.useRealTimers());

/** A live view on a terminal, with everything that was written to it. */
function shown(columns = 100, rows = 40, env: NodeJS.ProcessEnv = {}) {
  const terminal = new FakeTerminal(columns, rows);
  const writes: string[] = [];
  const stream = {
    isTTY: true,
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows;
    },
    on: (event: 'resize', listener: () => void) => terminal.on(event, listener),
    write: (text: string) => {
      writes.push(text);
      terminal.write(text);
    },
  };
  const screen = createScreen(stream);
  const keys = new Set<(key: string) => void>();
  const listeners = new Set<(event: JournalEvent) => void>();
  const io = {
    ...screen,
    env,
    keys(listener: (key: string) => void) {
      keys.add(listener);
      return () => void keys.delete(listener);
    },
  };
  const journal = {
    follow(listener: (event: JournalEvent) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const stop = showLive(journal, io, { now: () => Date.now() });
  const emit = (event: JournalEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const press = (key: string): void => {
    for (const listener of keys) listener(key);
  };
  return { terminal, writes, screen, emit, press, stop, keys, listeners };
}

describe('showLive', () => {
  it('shows nothing before the load, follows it, and leaves a clean screen', () => {
    const { terminal, screen, emit, stop, keys, listeners } = shown();
    screen.say('the checklist');
    emit(runStart());
    vi.advanceTimersByTime(5_000);
    expect(terminal.text).toEqual(['the checklist']);
    emit({ type: 'load.start', t: Date.now() });
    vi.advanceTimersByTime(300);
    expect(terminal.text.join('\n')).toContain('00:00 of 00:20');
    vi.advanceTimersByTime(3_000);
    emit(second(2, { users: { planned: 6, active: 5, connected: 4 } }));
    vi.advanceTimersByTime(300);
    expect(terminal.text.join('\n')).toContain('6 planned · 5 active · 4 connected');
    expect(terminal.text.join('\n')).toContain('00:03 of 00:20');
    screen.say('said meanwhile');
    stop();
    screen.say('the verdict');
    expect(terminal.text).toEqual(['the checklist', 'said meanwhile', 'the verdict']);
    expect(keys.size + listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('draws four times a second at most, each time in one write', () => {
    const { writes, emit, stop } = shown();
    emit(runStart());
    emit({ type: 'load.start', t: Date.now() });
    vi.advanceTimersByTime(1_000);
    writes.length = 0;
    for (let index = 0; index < 1_000; index++) {
      emit(second(index));
      vi.advanceTimersByTime(10);
    }
    expect(writes.length).toBeGreaterThan(30);
    expect(writes.length).toBeLessThanOrEqual(41);
    stop();
  });

  it('lets time go on where nothing happens', () => {
    const { terminal, emit, stop } = shown();
    emit(runStart());
    emit({ type: 'load.start', t: Date.now() });
    vi.advanceTimersByTime(7_500);
    expect(terminal.text.join('\n')).toContain('00:07 of 00:20');
    stop();
  });

  it('shows and hides what the keys mean', () => {
    const { terminal, emit, press, stop } = shown();
    emit(runStart());
    emit({ type: 'load.start', t: Date.now() });
    press('?');
    vi.advanceTimersByTime(300);
    expect(terminal.text.join('\n')).toContain('one user more');
    press('x');
    press('?');
    vi.advanceTimersByTime(300);
    expect(terminal.text.join('\n')).not.toContain('one user more');
    stop();
  });

  it.each([
    [60, 12],
    [200, 60],
    [20, 4],
  ])('is drawn anew where the terminal becomes %i columns and %i rows', (columns, rows) => {
    const { terminal, emit, stop, screen } = shown();
    screen.say('said');
    emit(runStart());
    emit({ type: 'load.start', t: Date.now() });
    for (let index = 0; index < 3; index++) emit(second(index));
    vi.advanceTimersByTime(300);
    terminal.resize(columns, rows);
    terminal.resize(100, 40);
    stop();
    expect(terminal.text[0]).toBe('said');
  });

  it('has no colours for whoever wants none', () => {
    const coloured = shown();
    const plain = shown(100, 40, { NO_COLOR: '1' });
    for (const { emit } of [coloured, plain]) {
      emit(runStart());
      emit({ type: 'load.start', t: Date.now() });
      vi.advanceTimersByTime(300);
    }
    expect(coloured.writes.join('')).toContain('\u001b[1m');
    expect(plain.writes.join('')).not.toContain('m\u001b[0m'.slice(1));
    coloured.stop();
    plain.stop();
  });
});
