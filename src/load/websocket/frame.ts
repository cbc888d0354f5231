/** Frames of RFC 6455 as a client sends and reads them. No extension is ever offered, so none is spoken. */

export const Opcode = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Close codes of RFC 6455, section 7.4.1, that this client itself uses. */
export const CloseCode = { normal: 1000, protocolError: 1002, noStatus: 1005, abnormal: 1006, tooBig: 1009 } as const;

/** The greatest message that is put together. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The first byte of a text message in one frame: nearly all that a server sends. */
const WHOLE_TEXT = 0x80 | Opcode.text;

/** A frame header with a mask takes at most so many bytes. */
const MAX_HEADER_BYTES = 14;

/**
 * One whole masked frame.
 *
 * @param payload Text, sent as UTF-8, or bytes.
 * @param mask 32 random bits. A client must mask, so that a proxy cannot be made to read a payload as HTTP.
 */
export function encodeFrame(opcode: number, payload: string | Uint8Array, mask: number): Buffer {
  const isText = typeof payload === 'string';
  const size = isText ? Buffer.byteLength(payload) : payload.length;
  const start = size < 126 ? 6 : size < 65536 ? 8 : MAX_HEADER_BYTES;
  const frame = Buffer.allocUnsafe(start + size);
  frame[0] = 0x80 | opcode;
  if (size < 126) {
    frame[1] = 0x80 | size;
  } else if (size < 65536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUIntBE(0, 2, 2);
    frame.writeUIntBE(size, 4, 6);
  }
  frame.writeUInt32BE(mask >>> 0, start - 4);
  if (isText) frame.write(payload, start);
  else frame.set(payload, start);
  for (let index = start, shift = 24; index < frame.length; index++, shift = (shift + 24) & 31) {
    frame[index] = (frame[index] as number) ^ (mask >>> shift);
  }
  return frame;
}

/** What a {@link FrameReader} finds in the bytes of a server. */
export interface FrameHandlers {
  /** A whole message, put together from its fragments: `bytes` from `start` to `end`. They are the receiver's only until this returns. */
  onMessage(bytes: Buffer, start: number, end: number): void;
  onPing(payload: Buffer): void;
  /** The server's close frame; 1005 when it gives no code. */
  onClose(code: number): void;
  /** The server broke the protocol: the connection must be closed with this code. Nothing is read after it. */
  onViolation(code: number): void;
}

/** Reads the frames of one connection from chunks of any size. */
export class FrameReader {
  readonly #handlers: FrameHandlers;
  /** The beginning of a frame whose end is still to come. */
  #rest: Buffer | undefined;
  /** Payloads of a message whose last fragment is still to come. */
  #fragments: Buffer[] | undefined;
  #ended = false;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
  }

  /**
   * @param chunk Is not kept: what has to wait is copied.
   * @param size How many of its bytes are meant. Views cost, so whole frames are handled without any.
   */
  read(chunk: Buffer, size = chunk.length): void {
    let bytes = chunk;
    let end = size;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, size)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    let at = 0;
    while (!this.#ended) {
      const length = this.#readFrame(bytes, at, end);
      if (length === 0) break;
      at += length;
    }
    if (at < end && !this.#ended) this.#rest = Buffer.from(bytes.subarray(at, end));
  }

  /** Handles the frame that starts at `at` and returns its size, or 0 while it is not whole. */
  #readFrame(bytes: Buffer, at: number, end: number): number {
    const available = end - at;
    if (available < 2) return 0;
    const second = bytes[at + 1] as number;
    let length = second & 0x7f;
    let header = 2;
    if (length === 126) {
      if (available < 4) return 0;
      length = bytes.readUInt16BE(at + 2);
      header = 4;
    } else if (length === 127) {
      if (available < 10) return 0;
      length = Number(bytes.readBigUInt64BE(at + 2));
      header = 10;
    }
    if (length > MAX_MESSAGE_BYTES) return this.#violate(CloseCode.tooBig);
    // A server must not mask.
    if ((second & 0x80) !== 0) return this.#violate(CloseCode.protocolError);
    if (available < header + length) return 0;
    const start = at + header;
    const first = bytes[at] as number;
    if (first === WHOLE_TEXT && !this.#fragments) this.#handlers.onMessage(bytes, start, start + length);
    else this.#handle(first, bytes.subarray(start, start + length));
    return header + length;
  }

  #handle(first: number, payload: Buffer): void {
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    // Reserved bits belong to extensions, and control frames are never fragmented.
    if ((first & 0x70) !== 0 || (opcode >= Opcode.close && (!isFinal || payload.length > 125))) {
      this.#violate(CloseCode.protocolError);
      return;
    }
    switch (opcode) {
      case Opcode.text:
      case Opcode.binary:
        if (this.#fragments) this.#violate(CloseCode.protocolError);
        else if (isFinal) this.#handlers.onMessage(payload, 0, payload.length);
        else this.#fragments = [Buffer.from(payload)];
        return;
      case Opcode.continuation:
        this.#continue(payload, isFinal);
        return;
      case Opcode.ping:
        this.#handlers.onPing(payload);
        return;
      case Opcode.pong:
        return;
      case Opcode.close:
        this.#ended = true;
        this.#handlers.onClose(payload.length >= 2 ? payload.readUInt16BE(0) : CloseCode.noStatus);
        return;
      default:
        this.#violate(CloseCode.protocolError);
    }
  }

  #continue(payload: Buffer, isFinal: boolean): void {
    const fragments = this.#fragments;
    if (!fragments) {
      this.#violate(CloseCode.protocolError);
      return;
    }
    fragments.push(Buffer.from(payload));
    const size = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    if (size > MAX_MESSAGE_BYTES) {
      this.#violate(CloseCode.tooBig);
    } else if (isFinal) {
      this.#fragments = undefined;
      this.#handlers.onMessage(Buffer.concat(fragments), 0, size);
    }
  }

  #violate(code: number): 0 {
    this.#ended = true;
    this.#handlers.onViolation(code);
    return 0;
  }
}
