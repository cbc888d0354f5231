import { describe, expect, it } from 'vitest';
import { createKeyboard, type KeyStream } from '../../src/commands/keyboard.js';

function fakeKeys(isTTY = true) {
  const listeners = new Set<(text: string) => void>();
  const calls: string[] = [];
  const stream: KeyStream = {
    isTTY,
    setRawMode: (raw) => calls.push(raw ? 'raw' : 'cooked'),
    setEncoding: () => undefined,
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    resume: () => calls.push('resume'),
    pause: () => calls.push('pause'),
  };
  const press = (text: string): void => {
    for (const listener of listeners) listener(text);
  };
  return { stream, calls, press };
}

describe('a keyboard', () => {
  it('tells every listener of every key, and is given back when the last one has gone', () => {
    const { stream, calls, press } = fakeKeys();
    const heard: string[] = [];
    const keys = createKeyboard(stream, () => {});
    press('x');
    const first = keys((key) => heard.push(`1${key}`));
    const second = keys((key) => heard.push(`2${key}`));
    press('w?');
    first();
    first();
    press('s');
    expect(calls).toEqual(['raw', 'resume']);
    second();
    expect(calls).toEqual(['raw', 'resume', 'cooked', 'pause']);
    press('w');
    expect(heard).toEqual(['1w', '2w', '1?', '2?', '2s']);
  });

  it('takes Ctrl-C for one interrupt, however many listen', () => {
    const { stream, press } = fakeKeys();
    let interrupts = 0;
    const keys = createKeyboard(stream, () => interrupts++);
    keys(() => {});
    keys(() => {});
    press('\u0003');
    expect(interrupts).toBe(1);
  });

  it('takes no arrow for a letter', () => {
    const { stream, press } = fakeKeys();
    const heard: string[] = [];
    createKeyboard(stream, () => {})((key) => heard.push(key));
    press('\u001b[1;2S');
    expect(heard).toEqual([]);
  });

  it('does nothing where there is no terminal', () => {
    const { stream, calls } = fakeKeys(false);
    createKeyboard(stream, () => {})(() => {})();
    expect(calls).toEqual([]);
  });
});
