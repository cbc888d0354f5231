/** Of a longer line only so much is kept and matched: a log without newlines must not fill the memory. */
const LONGEST_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** Cuts bytes into lines. It decodes whole lines only, so a character on the border of two chunks stays whole. */
export interface LineSplitter {
  /** Gives every line that these bytes complete. */
  push(chunk: Buffer, onLine: (line: string) => void): void;
  /** Gives the line that has no newline, if there is one. */
  flush(onLine: (line: string) => void): void;
  /** Forgets the line that has no newline. */
  reset(): void;
  /** Up to so many of the first bytes of the line that has no newline yet. */
  begun(bytes: number): Buffer;
}

/** A splitter that keeps `longest` bytes of a line. With `latin1` each character of a line is one of its bytes. */
export function lineSplitter(longest = LONGEST_LINE_BYTES, encoding: 'utf8' | 'latin1' = 'utf8'): LineSplitter {
  let rest: Buffer[] = [];
  let restBytes = 0;

  function reset(): void {
    rest = [];
    restBytes = 0;
  }

  function keep(part: Buffer): void {
    const room = Math.min(part.length, longest - restBytes);
    if (room <= 0) return;
    // Copied, as the reader fills the same buffer again.
    rest.push(Buffer.from(part.subarray(0, room)));
    restBytes += room;
  }

  return {
    reset,
    push(chunk, onLine) {
      const last = chunk.lastIndexOf(NEWLINE);
      if (last === -1) return keep(chunk);
      const first = chunk.indexOf(NEWLINE);
      keep(chunk.subarray(0, first));
      const begun = Buffer.concat(rest).toString(encoding);
      reset();
      onLine(begun);
      if (last > first) for (const line of chunk.toString(encoding, first + 1, last).split('\n')) onLine(line);
      keep(chunk.subarray(last + 1));
    },
    flush(onLine) {
      if (restBytes > 0) onLine(Buffer.concat(rest).toString(encoding));
      reset();
    },
    begun(bytes) {
      const parts: Buffer[] = [];
      let taken = 0;
      for (const part of rest) {
        if (taken >= bytes) break;
        parts.push(part);
        taken += part.length;
      }
      return Buffer.concat(parts).subarray(0, bytes);
    },
  };
}
