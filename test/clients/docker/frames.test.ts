import { describe, expect, it } from 'vitest';
import { Demultiplexer } from '../../../src/clients/docker/frames.js';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** What comes out when it goes in in pieces of this size. */
function inPieces(bytes: Buffer, size: number, timed: boolean): { stdout: string; stderr: string; complete: boolean } {
  const frames = new Demultiplexer(timed);
  const out = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (let at = 0; at < bytes.length; at += size) {
    for (const { stream, data } of frames.take(bytes.subarray(at, at + size))) out[stream].push(Buffer.from(data));
  }
  return { stdout: Buffer.concat(out.stdout).toString(), stderr: Buffer.concat(out.stderr).toString(), complete: frames.complete };
}

describe('the frames of a multiplexed stream', () => {
  const bytes = Buffer.concat([frame(1, '가 first\n'), frame(2, 'broken\n'), frame(2, ''), frame(1, '나 second\n'), frame(1, 'third\n')]);

  it.each([1, 2, 3, 7, 8, 9, 20, 1000])('are taken apart when they come in pieces of %i bytes', (size) => {
    expect(inPieces(bytes, size, false)).toEqual({ stdout: '가 first\n나 second\nthird\n', stderr: 'broken\n', complete: true });
  });

  it('come as one chunk where they follow each other on one stream', () => {
    const chunks = new Demultiplexer(false).take(bytes);
    expect(chunks.map(({ stream, data }) => [stream, data.toString()])).toEqual([
      ['stdout', '가 first\n'],
      ['stderr', 'broken\n'],
      ['stdout', '나 second\nthird\n'],
    ]);
  });

  it.each([1, 5, 1000])(
    'of a long line lose all times but the first, and those of other streams keep theirs (pieces of %i bytes)',
    (size) => {
      const time = (second: number) => `2025-12-07T03:04:0${second}.678901234Z `;
      const frames = [
        frame(1, `${time(1)}be`),
        frame(2, `${time(2)}other\n`),
        frame(1, `${time(3)}gin`),
        frame(1, `${time(4)}end\n`),
        frame(1, `${time(5)}next\n`),
      ];
      const stdout = `${time(1)}beginend\n${time(5)}next\n`;
      expect(inPieces(Buffer.concat(frames), size, true)).toEqual({ stdout, stderr: `${time(2)}other\n`, complete: true });
    },
  );

  it('are refused where no frame begins', () => {
    expect(() => new Demultiplexer(false).take(Buffer.from('plain text'))).toThrow(/begins with the byte 112/);
  });
});
