import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LiveState } from '../../../src/commands/live/state.js';
import { liveView, type ViewOptions } from '../../../src/commands/live/view.js';
import { widthOf } from '../../../src/commands/width.js';
import type { JournalEvent } from '../../../src/journal/event.js';
import { readJournal } from '../../../src/journal/reader.js';
import { canarySecond, LOAD_START, RUN_START, runStart, second, taskSecond } from '../../verdict/journal-builder.js';

const JOURNALS = fileURLToPath(new URL('../../fixtures/journals', import.meta.url));
const golden = (name: string): string => fileURLToPath(new URL(`../../golden/live/${name}.txt`, import.meta.url));
const journal = (name: string): JournalEvent[] => [...readJournal(`${JOURNALS}/${name}/journal.ndjson`)];

/** What is shown so many seconds after the beginning of the load, of what had happened until then. */
function viewAt(events: readonly JournalEvent[], seconds: number, options: Partial<ViewOptions> = {}): string[] {
  const now = LOAD_START + seconds * 1000;
  const state = new LiveState();
  for (const event of events) if (event.t <= now) state.add(event);
  return liveView(state, { columns: 98, rows: 50, colour: false, now, ...options });
}

describe('the live view', () => {
  it.each([
    ['healthy', 0, 98, 50],
    ['healthy', 12, 98, 50],
    ['healthy', 12, 78, 23],
    ['healthy', 12, 58, 23],
    ['healthy', 12, 58, 11],
    ['healthy', 12, 198, 60],
    ['healthy', 22, 98, 50],
    ['canary-lost', 17, 98, 50],
    ['container-replaced', 17, 98, 50],
    ['drops-and-reconnects', 19, 98, 50],
    ['generator-saturated', 17, 98, 50],
    ['publish-failure', 17, 98, 50],
    ['hostile-strings', 19, 78, 40],
    ['stages-step-fails', 25, 98, 50],
    ['two-workers-with-gaps', 17, 98, 50],
    ['external-locust', 21, 98, 50],
  ])('of %s after %i s, on %i columns and %i rows, is what it was', async (name, seconds, columns, rows) => {
    const lines = viewAt(journal(name), seconds, { columns, rows });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden(`${name}-${seconds}s-${columns}x${rows}`));
  });

  it('of a watched target has a bar of its time', async () => {
    const lines = viewAt(journal('watch-only'), 12, { forSeconds: 60 });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden('watch-only-12s-98x50'));
  });

  it('explains keys and signs to whoever asks', async () => {
    const lines = viewAt(journal('healthy'), 12, { columns: 78, rows: 23, help: true });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(golden('healthy-help-78x23'));
  });

  it.each(readdirSync(JOURNALS))('of %s fits every terminal at every moment, and says nothing that steers it', (name) => {
    const events = journal(name);
    for (const seconds of [-20, -5, 0, 1, 7, 20, 40]) {
      for (const [columns, rows] of [
        [198, 60],
        [78, 23],
        [58, 11],
        [38, 8],
        [20, 3],
        [1, 1],
      ] as const) {
        for (const help of [false, true]) {
          const plain = viewAt(events, seconds, { columns, rows, help });
          expect(plain.length).toBeLessThanOrEqual(rows);
          for (const line of plain) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
          expect(plain.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
          expect(viewAt(events, seconds, { columns, rows, help, colour: true }).map(stripVTControlCharacters)).toEqual(plain);
        }
      }
    }
  });

  it('keeps the columns of names that are drawn wide', async () => {
    const backends = ['백엔드-가', '백엔드-나다', 'b'];
    const tasks = { 길안내_시작: taskSecond([40_000, 1]), 위치_갱신: taskSecond([1200, 3]) };
    const events: JournalEvent[] = [
      runStart({ backends, stages: [{ name: '본 부하', users: 6, spawnRate: 6, untilSeconds: 20 }] }),
      { type: 'load.start', t: LOAD_START },
      second(0, { tasks }),
      ...backends.map(
        (backend, index): JournalEvent => ({
          type: 'sample',
          t: LOAD_START + index,
          sampler: 'backends',
          samples: [{ name: 'backend.connections', value: 10 ** index, attributes: { backend } }],
        }),
      ),
      { type: 'target.event', t: LOAD_START + 500, sampler: 'docker', component: '백엔드-가', what: 'oom', detail: '메모리가 모자란다' },
    ];
    await expect(`${viewAt(events, 3, { columns: 58, rows: 30 }).join('\n')}\n`).toMatchFileSnapshot(golden('korean-3s-58x30'));
  });

  it('shows what matters most where there are few rows', () => {
    const lines = viewAt(journal('canary-lost'), 17, { columns: 78, rows: 11 }).join('\n');
    for (const text of ['00:03 left', '▒▒▒', 'Users', 'start_navigation', 'All', 'canaries lost', 'Redis']) expect(lines).toContain(text);
    expect(viewAt(journal('canary-lost'), 17, { columns: 78, rows: 1 })).toEqual([expect.stringContaining('00:03 left')]);
  });

  it('says how many tasks and backends it has no room for', () => {
    const backends = Array.from({ length: 30 }, (_, index) => `b${index}`);
    const tasks = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`t${index}`, taskSecond([1000, 1])]));
    const events = [runStart({ backends }), { type: 'load.start', t: LOAD_START } as const, second(0, { tasks })];
    const lines = viewAt(events, 3, { rows: 46 });
    // connect, the two tasks with a limit, and thirty that were only seen.
    expect(lines.filter((line) => /^(t\d|connect|start_|location_)/.test(line))).toHaveLength(33);
    const hidden = lines.find((line) => line.endsWith('more backends'));
    expect(hidden).toBe(`… and ${30 - lines.filter((line) => /^b\d/.test(line)).length} more backends`);
    expect(viewAt(events, 3, { rows: 12 }).join('\n')).toMatch(/… and \d+ more tasks\nAll /);
  });

  it('marks what is beyond its limit, and what only the last seconds are', () => {
    const at = (millis: number[]): string | undefined => {
      const seconds = millis.map((ms, index) => second(index, { tasks: { location_update: taskSecond([ms * 1000, 10]) } }));
      const events = [runStart(), { type: 'load.start', t: LOAD_START } as const, ...seconds];
      return viewAt(events, millis.length)
        .find((line) => line.startsWith('location_update'))
        ?.at(-1);
    };
    expect(at([1, 2, 3])).toBe('✔');
    expect(at([299.5])).toBe('✔');
    expect(at([300])).toBe('✘');
    expect(at([...Array.from({ length: 400 }, () => 1), ...Array.from({ length: 10 }, () => 900)])).toBe('!');
  });

  it('tells of users that were added by hand, and how many there are', () => {
    const events: JournalEvent[] = [
      runStart(),
      { type: 'load.start', t: LOAD_START },
      { type: 'load.adjust', t: LOAD_START + 500, users: 1 },
      { type: 'load.adjust', t: LOAD_START + 600, users: 11 },
      second(0, { users: { planned: 17, active: 16, connected: 15 } }),
    ];
    const text = viewAt(events, 2).join('\n');
    expect(text).toContain('17 planned (+11 by hand) · 16 active · 15 connected');
    expect(text).toContain('+11 users against the plan');
    expect(text).not.toContain('+1 users against the plan');
  });

  it('shows a reading that is missing as missing', () => {
    const reading: JournalEvent = {
      type: 'sample',
      t: LOAD_START,
      sampler: 'redis',
      samples: [
        { name: 'redis.clients.connected', value: 8 },
        { name: 'backend.connections', value: 4, attributes: { backend: 'fastapi-1' } },
      ],
    };
    const events: JournalEvent[] = [runStart(), { type: 'load.start', t: LOAD_START }, reading];
    expect(viewAt(events, 5).join('\n')).toMatch(/fastapi-1 +4 [\s\S]*8 clients/);
    const later = viewAt(events, 60).join('\n');
    expect(later).toMatch(/fastapi-1 +- /);
    expect(later).not.toContain('8 clients');
  });

  it('has no more to keep after a day than after an hour', () => {
    const state = new LiveState();
    state.add(runStart({ canary: { perSecond: 1, limitMs: 1000, lostAfterMs: 5000 } }));
    state.add({ type: 'load.start', t: RUN_START });
    const sizes: number[] = [];
    for (let index = 0; index < 86_400; index++) {
      state.add(
        second(index, {
          tasks: { location_update: taskSecond([1000 + (index % 100), 2]) },
          drops: index % 7 === 0 ? { [`close ${index}`]: 1 } : {},
        }),
      );
      if (index % 10 === 0) state.add(canarySecond(index));
      if (index % 3600 === 3599)
        sizes.push(state.load.history(1e6).length + state.events.size + state.load.failures.size + state.load.tasks.size);
    }
    expect(sizes.at(-1)).toBe(sizes[1]);
    expect(state.load.all.requests).toBe(2 * 86_400);
  });
});
