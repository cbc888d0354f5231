import type { LogChunk } from '../docker.js';

const HEADER = 8;
const STDERR = 2;
const STREAMS = 3;
const NEWLINE = 0x0a;
/** `2025-12-07T03:04:05.678901234+09:00 ` */
const LONGEST_TIME = 36;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) /;

/**
 * Takes the Engine's multiplexed stream apart: frames of a header (the stream's number, three zeros, the length) and that many bytes.
 * Frames may be cut anywhere. What follows each other on one stream comes as one chunk, and nothing is kept but a part of a header.
 *
 * The Engine cuts a line of more than 16 KiB into several frames. Where each has its time in front (`timed`) all but the first lose it, so that a line
 * has one.
 */
export class Demultiplexer {
  private readonly header = Buffer.alloc(HEADER);
  private headerBytes = 0;
  private left = 0;
  private stream: LogChunk['stream'] = 'stdout';
  /** Streams whose last frame did not end its line. */
  private readonly open = new Set<LogChunk['stream']>();
  /** The beginning of a frame that may be a time to drop. */
  private heldBack: Buffer | undefined;

  constructor(private readonly timed: boolean) {}

  /** The chunks that this piece completes or goes on with. @throws when it is no such stream */
  take(piece: Buffer): LogChunk[] {
    const found: { stream: LogChunk['stream']; parts: Buffer[] }[] = [];
    for (let at = 0; at < piece.length; ) {
      if (this.left === 0) {
        at += this.readHeader(piece.subarray(at));
        continue;
      }
      const part = piece.subarray(at, at + this.left);
      at += part.length;
      const data = this.payload(part);
      if (data.length === 0) continue;
      const last = found.at(-1);
      if (last?.stream === this.stream) last.parts.push(data);
      else found.push({ stream: this.stream, parts: [data] });
    }
    return found.map(({ stream, parts: [first = Buffer.alloc(0), ...rest] }) => ({
      stream,
      data: rest.length === 0 ? first : Buffer.concat([first, ...rest]),
    }));
  }

  /** Whether the stream is between two frames, as it must be at its end. */
  get complete(): boolean {
    return this.left === 0 && this.headerBytes === 0;
  }

  private readHeader(piece: Buffer): number {
    const taken = piece.copy(this.header, this.headerBytes, 0, HEADER - this.headerBytes);
    this.headerBytes += taken;
    if (this.headerBytes < HEADER) return taken;
    this.headerBytes = 0;
    const kind = this.header.readUInt8(0);
    if (kind > STREAMS) throw new Error(`no frame of a log begins with the byte ${kind}`);
    this.stream = kind >= STDERR ? 'stderr' : 'stdout';
    this.left = this.header.readUInt32BE(4);
    this.heldBack = this.timed && this.left > 0 && this.open.has(this.stream) ? Buffer.alloc(0) : undefined;
    return taken;
  }

  private payload(part: Buffer): Buffer {
    this.left -= part.length;
    if (this.left === 0) {
      if (part.at(-1) === NEWLINE) this.open.delete(this.stream);
      else this.open.add(this.stream);
    }
    return this.heldBack === undefined ? part : this.withoutTime(part);
  }

  /** The frame's beginning is held back until it is seen whether that is a time: not every Engine repeats it. */
  private withoutTime(part: Buffer): Buffer {
    const start = Buffer.concat([this.heldBack ?? Buffer.alloc(0), part]);
    if (start.length < LONGEST_TIME && this.left > 0) {
      this.heldBack = start;
      return start.subarray(start.length);
    }
    this.heldBack = undefined;
    return start.subarray(TIME.exec(start.toString('latin1', 0, LONGEST_TIME))?.[0].length ?? 0);
  }
}
