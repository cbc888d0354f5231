import type { IncomingMessage } from 'node:http';

const SILENT = Symbol('silent');

/**
 * The pieces of an answer as they come. While nothing comes, `onSilence` is called every `silenceMs`; what it rejects with ends the stream.
 * Time that the reader takes is no silence. The socket is closed however this ends.
 */
export async function* pieces(answer: IncomingMessage, silenceMs: number, onSilence: () => Promise<void>): AsyncGenerator<Buffer> {
  const source = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const piece = await untilSpoken(source.next(), silenceMs, onSilence);
      if (piece.done) break;
      yield piece.value as Buffer;
    }
    // A connection that breaks in the middle ends the iteration with an error, except where it breaks before anyone reads.
    if (!answer.complete) throw new Error('the connection was closed in the middle of an answer');
  } finally {
    answer.destroy();
  }
}

async function untilSpoken<T>(next: Promise<T>, silenceMs: number, onSilence: () => Promise<void>): Promise<T> {
  // Where silence ends the wait, this rejects with nobody listening as soon as the socket is destroyed.
  next.catch(() => undefined);
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<typeof SILENT>((resolve) => {
      timer = setTimeout(resolve, silenceMs, SILENT);
    });
    const first = await Promise.race([next, silent]);
    clearTimeout(timer);
    if (first !== SILENT) return first;
    await onSilence();
  }
}

/** The JSON documents of a stream, one a line. Half a line at the end is dropped: its rest never came. */
export async function* jsonLines<T>(source: AsyncIterable<Buffer>): AsyncGenerator<T> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of source) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
}
