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

function options() {
  let t = 1_700_000_000_000;
  return {
    redact: (event: JournalEvent) => event,
    now: () => t++,
    onError: (error: Error) => {
      throw error;
    },
  };
}

async function written(name: string): Promise<string> {
  const path = join(folder, name);
  const writer = await JournalWriter.create(path, options());
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

  it('is gone on with behind its last whole line, wherever that was cut', async () => {
    const path = await written('continued');
    const bytes = readFileSync(path);
    const late: NewEvent = { type: 'run.finalize', t: 1_800_000_000_000, message: '늦은 값' };
    for (const size of [bytes.length, bytes.length - 1, bytes.length - 30, 5, 0]) {
      writeFileSync(path, bytes.subarray(0, size));
      const whole = bytes.subarray(0, size).filter((byte) => byte === 10).length;
      const end = bytes.subarray(0, size).lastIndexOf(10) + 1;
      const torn: number[] = [];
      const writer = await JournalWriter.append(path, options(), (count) => torn.push(count));
      writer.emit(late);
      await writer.close();
      expect([...readJournal(path)]).toEqual([...expected.slice(0, whole), late]);
      expect(torn).toEqual(size === end ? [] : [size - end]);
    }
  });

  it('finds the last line of a large journal', async () => {
    const path = join(folder, 'large');
    const event = { type: 'sampler.error', t: 1, sampler: 'redis', message: 'x'.repeat(200_000) };
    writeFileSync(path, `${JSON.stringify(event)}\n${JSON.stringify(event).slice(0, 150_000)}`);
    const writer = await JournalWriter.append(path, options(), () => {});
    await writer.close();
    expect([...readJournal(path)]).toEqual([event]);
  });

  it('is not made by going on with it', async () => {
    await expect(JournalWriter.append(join(folder, 'none'), options(), () => {})).rejects.toThrow('ENOENT');
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
