import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEvent, NewEvent } from '../../src/journal/event.js';
import { readJournal } from '../../src/journal/reader.js';
import { JournalWriter } from '../../src/journal/writer.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-journal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const events: NewEvent[] = [
  { type: 'load.start' },
  { type: 'sample', sampler: 'redis', samples: [{ name: 'redis.memory.used', value: 1.5 }] },
  { type: 'sampler.error', sampler: 'redis', message: '응답이 없다 🚇' },
  { type: 'load.end', reason: 'completed' },
];

async function written(name: string): Promise<string> {
  const path = join(folder, name);
  let t = 1_700_000_000_000;
  const writer = await JournalWriter.create(path, {
    redact: (event) => event,
    now: () => t++,
    onError: (error) => {
      throw error;
    },
  });
  for (const event of events) writer.emit(event);
  await writer.close();
  return path;
}

const expected = events.map((event, index) => ({ ...event, t: 1_700_000_000_000 + index })) as JournalEvent[];

describe('journal', () => {
  it('reads back what was written, in order, with its times', async () => {
    expect([...readJournal(await written('whole'))]).toEqual(expected);
  });

  it('drops the torn last line, wherever it was cut', async () => {
    const path = await written('torn');
    const bytes = readFileSync(path);
    for (let size = bytes.length; size >= 0; size--) {
      truncateSync(path, size);
      const whole = bytes.subarray(0, size).filter((byte) => byte === 10).length;
      expect([...readJournal(path)]).toEqual(expected.slice(0, whole));
    }
  });

  it('belongs to one run: it is never written over', async () => {
    await written('taken');
    await expect(written('taken')).rejects.toThrow('EEXIST');
  });

  it.each([
    ['not JSON', 'nonsense\n', ':1: not JSON'],
    ['an unknown event', '{"type":"load.start","t":1}\n{"type":"surprise","t":1}\n', ':2: not an event'],
    ['a later schema', '{"type":"run.start","t":1,"schema":99}\n', 'written by a later version (schema 99'],
  ])('names the line that is %s', (name, text, message) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    expect(() => [...readJournal(path)]).toThrow(message);
  });
});
