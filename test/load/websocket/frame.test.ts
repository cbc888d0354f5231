import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, Opcode } from '../../../src/load/websocket/frame.js';

/** A frame as a server sends it, written from RFC 6455 and not from the code under test. */
function serverFrame(opcode: number, payload: Uint8Array, { fin = true, rsv = 0, masked = false } = {}): Buffer {
  const length = payload.length;
  const head =
    length < 126
      ? [length]
      : length < 65536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  head[0] = (head[0] as number) | (masked ? 0x80 : 0);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | rsv | opcode, ...head]), payload]);
}

interface Seen {
  messages: string[];
  pings: string[];
  closes: number[];
  violations: number[];
}

function readAll(chunks: readonly Buffer[]): Seen {
  const seen: Seen = { messages: [], pings: [], closes: [], violations: [] };
  const reader = new FrameReader({
    onMessage: (bytes, start, end) => seen.messages.push(bytes.toString('utf8', start, end)),
    onPing: (payload) => seen.pings.push(payload.toString()),
    onClose: (code) => seen.closes.push(code),
    onViolation: (code) => seen.violations.push(code),
  });
  for (const chunk of chunks) {
    // The connection reads into one buffer again and again: whatever is kept must have been copied.
    const shared = Buffer.from(chunk);
    reader.read(shared);
    shared.fill(0xff);
  }
  return seen;
}

/** Cuts bytes at the given shares of their length. */
function cut(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const ends = [...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.integer({ min: 0, max: 70_000 }).map((size) => '가'.repeat(size / 3)),
);

describe('FrameReader', () => {
  it('finds the same messages however the bytes are cut into chunks and the messages into fragments', () => {
    const message = fc.record({
      text: anyText,
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      ping: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        (messages, cuts) => {
          const frames = messages.flatMap(({ text, cuts: fragments, ping }) => {
            const parts = cut(Buffer.from(text), fragments);
            return parts.flatMap((part, index) => [
              serverFrame(index === 0 ? Opcode.text : Opcode.continuation, part, { fin: index === parts.length - 1 }),
              // Control frames may stand between the fragments of a message.
              ...(ping ? [serverFrame(Opcode.ping, Buffer.from('p'))] : []),
            ]);
          });
          const seen = readAll(cut(Buffer.concat(frames), cuts));
          expect(seen.messages).toEqual(messages.map(({ text }) => text));
          expect(seen.violations).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a masked frame', serverFrame(Opcode.text, Buffer.from('x'), { masked: true }), 1002],
    ['a reserved bit', serverFrame(Opcode.text, Buffer.from('x'), { rsv: 0x40 }), 1002],
    ['an unknown opcode', serverFrame(0x3, Buffer.from('x')), 1002],
    ['a continuation of nothing', serverFrame(Opcode.continuation, Buffer.from('x')), 1002],
    [
      'a message inside of another',
      Buffer.concat([serverFrame(Opcode.text, Buffer.from('x'), { fin: false }), serverFrame(Opcode.text, Buffer.from('y'))]),
      1002,
    ],
    ['a fragmented ping', serverFrame(Opcode.ping, Buffer.from('x'), { fin: false }), 1002],
    ['a ping of 126 bytes', serverFrame(Opcode.ping, Buffer.alloc(126)), 1002],
    ['a frame beyond every limit', Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]), 1009],
  ])('takes %s for a broken protocol and reads no further', (_, bytes, code) => {
    const seen = readAll([bytes, serverFrame(Opcode.text, Buffer.from('after'))]);
    expect(seen.violations).toEqual([code]);
    expect(seen.messages).toEqual([]);
  });

  it('tells the code of a close frame, and 1005 where it has none', () => {
    expect(readAll([serverFrame(Opcode.close, Buffer.from([0x03, 0xf3]))]).closes).toEqual([1011]);
    expect(readAll([serverFrame(Opcode.close, Buffer.alloc(0)), serverFrame(Opcode.text, Buffer.from('late'))])).toMatchObject({
      closes: [1005],
      messages: [],
    });
  });
});

/** Reads one masked frame as a server does, written from RFC 6455 and not from the code under test. */
function unmask(frame: Buffer): { first: number; text: string; rest: number } {
  const short = (frame[1] as number) & 0x7f;
  const size = short === 126 ? frame.readUInt16BE(2) : short === 127 ? Number(frame.readBigUInt64BE(2)) : short;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  expect((frame[1] as number) & 0x80).toBe(0x80);
  const key = frame.subarray(at, at + 4);
  const payload = frame.subarray(at + 4, at + 4 + size).map((byte, index) => byte ^ (key[index % 4] as number));
  return { first: frame[0] as number, text: Buffer.from(payload).toString(), rest: frame.length - at - 4 - size };
}

describe('encodeFrame', () => {
  it('is read by a server as it was meant, whatever its size and mask', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (text, mask) => {
        expect(unmask(encodeFrame(Opcode.text, text, mask))).toEqual({ first: 0x81, text, rest: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
