import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEnd, JournalEvent } from '../../src/journal/event.js';
import { readJournal } from '../../src/journal/reader.js';

let path: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-reader-'));
  path = join(folder, 'journal.ndjson');
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(bytes: string | Uint8Array): { events: JournalEvent[]; end: JournalEnd } {
  writeFileSync(path, bytes);
  const events: JournalEvent[] = [];
  const reader = readJournal(path);
  for (;;) {
    const next = reader.next();
    if (next.done) return { events, end: next.value };
    events.push(next.value);
  }
}

const linesOf = (events: readonly unknown[]): Buffer => Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));

const text = fc.string({ unit: 'binary', maxLength: 6 });
const event = fc.oneof(
  fc.record({ type: fc.constant('sampler.error'), t: fc.nat(), sampler: text, message: text }),
  fc.record({
    type: fc.constant('sample'),
    t: fc.nat(),
    sampler: text,
    samples: fc.array(fc.record({ name: text, value: fc.double({ noNaN: true, noDefaultInfinity: true }) }), { maxLength: 3 }),
  }),
);

describe('readJournal', () => {
  it('reads the whole events before the byte at which a journal was cut off, and tells how many bytes of the torn one it left out', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), (events) => {
        const bytes = linesOf(events);
        const written = events.map((one) => JSON.parse(JSON.stringify(one)) as JournalEvent);
        for (let size = 0; size <= bytes.length; size++) {
          const cut = bytes.subarray(0, size);
          const whole = cut.filter((byte) => byte === 10).length;
          const { events: found, end } = read(cut);
          expect(found).toEqual(written.slice(0, whole));
          expect(end.tornBytes).toBe(size - (cut.lastIndexOf(10) + 1));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('reads lines that are longer than what is read at once, wherever their letters are cut', () => {
    const events = Array.from({ length: 5 }, (_, index) => ({
      type: 'sampler.error',
      t: index,
      sampler: 'logs',
      message: `${'x'.repeat(index)}${'🚇역'.repeat(30_000)}`,
    }));
    expect(read(linesOf(events))).toEqual({ events, end: { tornBytes: 0 } });
    expect(read(linesOf(events).subarray(0, -100_000))).toEqual({ events: events.slice(0, 4), end: { tornBytes: expect.any(Number) } });
  });

  it('takes what a machine that went down left in place of the last line for torn', () => {
    const line = linesOf([{ type: 'load.start', t: 1 }]);
    expect(read(Buffer.concat([line, Buffer.alloc(4096)])).end).toEqual({ tornBytes: 4096 });
  });

  it.each([
    ['is not JSON', '{"type":"load.start","t":1}\n{"type":"load.st\n{"type":"load.end","t":2,"reason":"completed"}\n', 2],
    ['is no event', '{"type":"load.start","t":1}\n{"type":"load.start","t":1}\n{"type":"load.start"}\n{"type":"load.start","t":3}\n', 3],
    ['is empty', '{"type":"load.start","t":1}\n\n{"type":"load.start","t":3}\n', 2],
  ])('names a line in the middle that %s, and says what can be done', (_, content, line) => {
    expect(() => read(content)).toThrow(`${path}:${line}: `);
    expect(() => read(content)).toThrow(`head -n ${line - 1} '${path}'`);
  });
});
