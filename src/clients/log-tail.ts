import { open, stat } from 'node:fs/promises';
import type { DockerClient } from './docker.js';
import type { LogTail, TailLine } from './log-line.js';

const NEWLINE = 0x0a;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

/** More of a container's log is not kept, however long its lines are. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The lines that begin within the last `bytes` of a file. @throws when it is not there, may not be read or is no regular file */
export async function tailFile(path: string, bytes: number, signal: AbortSignal): Promise<LogTail> {
  // Before it is opened: that would wait for the other end of a pipe.
  if (!(await stat(path)).isFile()) throw new Error(`${path} is not a regular file`);
  const handle = await open(path, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    signal.throwIfAborted();
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const read = buffer.subarray(0, bytesRead);
    // A line that begins before it is none.
    const whole = from === 0 ? read : read.subarray(read.indexOf(NEWLINE) + 1);
    return { lines: linesOf(whole).map((text) => ({ text })), written: mtimeMs };
  } finally {
    await handle.close();
  }
}

/** The last `count` lines of a container's log, of both streams, by their time. @throws when the Engine does not give it */
export async function tailContainer(docker: DockerClient, container: string, count: number, signal: AbortSignal): Promise<LogTail> {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const sizes = { stdout: 0, stderr: 0 };
  for await (const { stream, data } of docker.logs(container, { since: '0', follow: false, tail: count }, signal)) {
    chunks[stream].push(data);
    sizes[stream] += data.length;
    while (sizes[stream] > MOST_BYTES) sizes[stream] -= chunks[stream].shift()?.length ?? 0;
  }
  // Then the stream ends as if that were all.
  signal.throwIfAborted();
  const lines = (['stdout', 'stderr'] as const)
    .flatMap((stream) => linesOf(Buffer.concat(chunks[stream])).map((line) => stamped(line, stream)))
    .sort((a, b) => a.time - b.time);
  const written = lines.at(-1)?.time;
  return {
    lines: lines.map(({ text, stream }): TailLine => ({ text, stream })),
    ...(written !== undefined && written > 0 && { written }),
  };
}

/** Takes the Engine's time off a line. One without is older than all others: it is the rest of one that was cut. */
function stamped(line: string, stream: 'stdout' | 'stderr'): { time: number; text: string; stream: 'stdout' | 'stderr' } {
  const [start = '', time = ''] = STAMP.exec(line) ?? [];
  return { time: time === '' ? 0 : Date.parse(time), text: line.slice(start.length), stream };
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
