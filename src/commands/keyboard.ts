/** The part of a stream from a keyboard that is used. */
export interface KeyStream {
  isTTY?: boolean | undefined;
  setRawMode(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const CTRL_C = '\u0003';

/**
 * Reads a keyboard key by key, for any number of listeners, while there is one: Ctrl-C is a key then and no signal. An escape code, as of an
 * arrow, is no key.
 *
 * @returns `Io.keys`
 */
export function createKeyboard(stream: KeyStream, onInterrupt: () => void): (listener: (key: string) => void) => () => void {
  const listeners = new Set<(key: string) => void>();
  const onData = (text: string): void => {
    if (text.startsWith('\u001b')) return;
    for (const key of text) {
      if (key === CTRL_C) onInterrupt();
      else for (const listener of listeners) listener(key);
    }
  };
  const begin = (): void => {
    stream.setRawMode(true);
    stream.setEncoding('utf8');
    stream.on('data', onData);
    stream.resume();
  };
  const end = (): void => {
    stream.off('data', onData);
    stream.setRawMode(false);
    stream.pause();
  };
  return (listener) => {
    if (stream.isTTY !== true) return () => {};
    // The same function may listen twice.
    const own = (key: string): void => listener(key);
    listeners.add(own);
    if (listeners.size === 1) begin();
    return () => {
      if (listeners.delete(own) && listeners.size === 0) end();
    };
  };
}
