import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { readJournal } from '../../src/journal/reader.js';
import { JournalWriter } from '../../src/journal/writer.js';
import { canMount, mountDisk, type SmallDisk } from '../helpers/disk.js';
import { until } from '../helpers/until.js';
import { withoutRootRights } from '../helpers/without-rights.js';

let folder: string;
let path: string;
let errors: Error[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-writer-'));
  path = join(folder, 'run', 'journal.ndjson');
  mkdirSync(join(folder, 'run'));
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const create = (at = path) =>
  JournalWriter.create(at, { redact: (event: JournalEvent) => event, now: () => 1, onError: (error) => void errors.push(error) });

const message = (text: string) => ({ type: 'sampler.error', sampler: 'logs', message: text }) as const;

describe('a journal that is written', () => {
  it('has given an event to the system as soon as the event loop has had one turn, though nobody waits for a timer', async () => {
    const journal = await create();
    journal.emit(message('first'));
    await new Promise(setImmediate);
    // From here on the event loop does nothing: a timer would not come.
    const end = performance.now() + 5_000;
    while (!readFileSync(path, 'utf8').includes('first') && performance.now() < end);
    expect(readFileSync(path, 'utf8')).toContain('first');
    expect(await journal.close()).toBe('whole');
  });

  it('keeps the order of events, however many come at once', async () => {
    const journal = await create();
    for (let index = 0; index < 3000; index++) {
      journal.emit(message(String(index)));
      if (index % 500 === 0) await new Promise(setImmediate);
    }
    expect(await journal.close()).toBe('whole');
    const found = [...readJournal(path)].map((event) => (event.type === 'sampler.error' ? event.message : ''));
    expect(found).toEqual(Array.from({ length: 3000 }, (_, index) => String(index)));
  });
});

describe.skipIf(process.platform === 'win32')('a journal whose folder is removed while it is written', () => {
  it('says so within seconds, goes on, and is put back whole', async () => {
    const journal = await create();
    journal.emit({ type: 'load.start' });
    await until('the event', () => readFileSync(path, 'utf8').includes('load.start'));
    rmSync(join(folder, 'run'), { recursive: true });
    let more = 0;
    await until('the notice', () => {
      journal.emit(message(String(more++)));
      return errors.length > 0;
    });
    expect(errors.map((error) => error.message)).toEqual([`${path} was removed`]);
    journal.emit({ type: 'run.end', reason: 'error' });
    expect(await journal.close()).toBe('put back');
    const events = [...readJournal(path)];
    expect(events.map(({ type }) => type)).toEqual(['load.start', ...Array.from({ length: more }, () => 'sampler.error'), 'run.end']);
    expect(errors).toHaveLength(1);
  });

  it('notices at its end at the latest, also when another file took the place', async () => {
    const journal = await create();
    journal.emit({ type: 'load.start' });
    await until('the event', () => readFileSync(path, 'utf8').includes('load.start'));
    renameSync(path, `${path}.old`);
    writeFileSync(path, 'of somebody else');
    expect(await journal.close()).toBe('nothing');
    expect(errors).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');
  });

  it('tells when the place is gone as well', async () => {
    const journal = await create();
    journal.emit({ type: 'load.start' });
    rmSync(join(folder, 'run'), { recursive: true });
    writeFileSync(join(folder, 'run'), 'a file where the folder was');
    expect(await journal.close()).toBe('nothing');
    expect(errors).toHaveLength(1);
  });
});

describe.skipIf(!canMount)('a journal on a disk that is full', () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountDisk(join(folder, 'disk'), '128k');
    path = join(disk.folder, 'journal.ndjson');
  });
  afterEach(() => disk.end());

  /** Writes until the disk refuses. @returns how many events were given to it. */
  async function writeUntilFull(journal: JournalWriter): Promise<number> {
    let given = 0;
    await until('the refusal', () => {
      journal.emit(message(`${given++} ${'x'.repeat(700)}`));
      return errors.length > 0;
    });
    return given;
  }

  it('tells it once, keeps every whole event and cuts the torn one off', async () => {
    const journal = await create();
    disk.fill(4096 * 6);
    const given = await writeUntilFull(journal);
    for (let index = 0; index < 50; index++) journal.emit(message('too late'));
    expect(await journal.close()).toBe('part');
    expect(errors.map((error) => error.message)).toEqual([expect.stringContaining('ENOSPC')]);
    const events = [...readJournal(path)];
    expect(events.length).toBeGreaterThan(10);
    expect(events.length).toBeLessThan(given);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
    expect(events.map((event) => (event.type === 'sampler.error' ? Number(event.message.split(' ')[0]) : -1))).toEqual([...events.keys()]);
  });

  it('writes how the run ended in the room that the torn event leaves', async () => {
    const journal = await create();
    disk.fill(4096 * 6);
    await writeUntilFull(journal);
    journal.emit({ type: 'load.end', reason: 'stopped' });
    journal.emit({ type: 'run.end', reason: 'error', message: 'the disk is full' });
    // As a disk may that somebody else makes room on; on this one the last page may be filled to its end.
    disk.empty();
    expect(await journal.close()).toBe('part');
    expect([...readJournal(path)].slice(-2).map(({ type }) => type)).toEqual(['load.end', 'run.end']);
  });

  it('cannot be made on one that takes nothing', async () => {
    disk.makeReadOnly();
    await expect(create()).rejects.toThrow('EROFS');
    expect(errors).toEqual([]);
  });
});

it.skipIf(process.platform === 'win32')('a journal cannot be made in a folder that is not ours to write to', async () => {
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'run'), 0o555);
  await withoutRootRights(async () => await expect(create()).rejects.toThrow('EACCES'));
});
