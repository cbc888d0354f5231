import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { before, type StampedLine, StampedLines, stamp } from '../../src/samplers/log-stamps.js';

const PART = 16 * 1024;

interface Written {
  stream: 'stdout' | 'stderr';
  text: string;
}

const written = fc.array(
  fc.record({
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    text: fc.oneof(
      fc.string({ unit: fc.constantFrom('가', 'é', '🚇', 'a', ' ', 'Z') }),
      fc.integer({ min: PART - 2, max: 3 * PART }).map((length) => 'x'.repeat(length)),
    ),
  }),
  { maxLength: 8 },
);
const cuts = fc.array(fc.nat({ max: 20_000 }), { maxLength: 20 });

const timeOf = (index: number) => `2026-11-22T13:40:28.${String(index).padStart(9, '0')}Z`;

/** A terminal's log as the Engine gives it: in parts of 16 KiB, each with the line's time in front. */
function onTerminal({ text }: Written, index: number): Buffer {
  const bytes = Buffer.from(`${text}\r\n`);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PART) parts.push(Buffer.from(`${timeOf(index)} `), bytes.subarray(at, at + PART));
  return Buffer.concat(parts);
}

function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let from = 0;
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

describe('StampedLines', () => {
  it('gives the same lines of a terminal, however the bytes are cut', () => {
    fc.assert(
      fc.property(written, cuts, (all, sizes) => {
        const lines: StampedLine[] = [];
        const joiner = new StampedLines(true, (line) => lines.push(line));
        for (const piece of pieces(Buffer.concat(all.map(onTerminal)), sizes)) joiner.push('stdout', piece);
        expect(lines).toEqual(all.map(({ text }, index) => ({ time: timeOf(index), stream: 'stdout', text })));
        expect(joiner.pending).toBeUndefined();
      }),
    );
  });

  it('keeps two streams apart, however their bytes are cut and mixed', () => {
    fc.assert(
      fc.property(written, cuts, cuts, (all, one, two) => {
        const lines: StampedLine[] = [];
        const joiner = new StampedLines(false, (line) => lines.push(line));
        const bytesOf = (stream: Written['stream']) =>
          Buffer.from(all.flatMap((line, index) => (line.stream === stream ? [`${timeOf(index)} ${line.text}\n`] : [])).join(''));
        const queues = { stdout: [...pieces(bytesOf('stdout'), one)], stderr: [...pieces(bytesOf('stderr'), two)] };
        while (queues.stdout.length + queues.stderr.length > 0) {
          for (const stream of ['stdout', 'stderr'] as const) {
            const piece = queues[stream].shift();
            if (piece !== undefined) joiner.push(stream, piece);
          }
        }
        for (const stream of ['stdout', 'stderr'] as const) {
          const expected = all.flatMap((line, index) => (line.stream === stream ? [{ time: timeOf(index), ...line }] : []));
          expect(lines.filter((line) => line.stream === stream)).toEqual(expected);
        }
      }),
    );
  });

  it('tells the time of the oldest line that has not ended', () => {
    const joiner = new StampedLines(false, () => undefined);
    joiner.push('stderr', Buffer.from(`${timeOf(2)} later`));
    expect(joiner.pending).toBe(timeOf(2));
    joiner.push('stdout', Buffer.from(`${timeOf(1)} earl`));
    expect(joiner.pending).toBe(timeOf(1));
    joiner.push('stdout', Buffer.from('ier\n'));
    expect(joiner.pending).toBe(timeOf(2));
  });

  it('takes times of other Engines, and lines without one', () => {
    const lines: StampedLine[] = [];
    const joiner = new StampedLines(false, (line) => lines.push(line));
    joiner.push('stdout', Buffer.from('2026-11-22T22:40:28.5+09:00 a b\n2026-11-22T13:40:28Z c\nno time\n'));
    expect(lines).toEqual([
      { time: '2026-11-22T13:40:28.500000000Z', stream: 'stdout', text: 'a b' },
      { time: '2026-11-22T13:40:28.000000000Z', stream: 'stdout', text: 'c' },
      { time: undefined, stream: 'stdout', text: 'no time' },
    ]);
  });
});

describe('stamp and before', () => {
  it('give times that compare as text', () => {
    expect(stamp('2026-11-22T13:40:28.12Z')).toBe('2026-11-22T13:40:28.120000000Z');
    expect(before('2026-11-22T13:40:28.123456789Z', 2000)).toBe('2026-11-22T13:40:26.123000000Z');
    expect(() => stamp('yesterday')).toThrow('not a time');
  });
});
