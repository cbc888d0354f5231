import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveRun } from '../../src/dashboard/live-run.js';
import { readJournal } from '../../src/journal/reader.js';
import { pageModel } from '../../src/report/page-model.js';
import { applyPatch } from '../../src/report/view/live/patch.js';
import type { PageModel } from '../../src/report/view/model.js';
import { judge } from '../../src/verdict/judge.js';
import type { RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { until } from '../helpers/until.js';

const JOURNALS = fileURLToPath(new URL('../fixtures/journals/', import.meta.url));

let folder: string;
let journal: string;
let live: LiveRun;
let isUnderWay: boolean;
/** What a page has that was told everything from its begin on. */
let page: PageModel | undefined;
let told: string[];

const modelOf = (result: RunResult, finished: boolean): PageModel =>
  pageModel(result, { kind: finished ? 'report' : 'live', language: 'en' });
const asSent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function follow(): void {
  live = new LiveRun({
    journal,
    modelOf: async (result, finished) => modelOf(result, finished),
    isUnderWay: async () => isUnderWay,
    everyMs: 5,
    onChange: {
      model() {
        page = asSent(live.model);
        told.push('model');
      },
      patch(patch) {
        page = applyPatch(page as PageModel, asSent(patch));
        told.push('patch');
      },
      state: () => void told.push('state'),
      error: (message) => void told.push(message),
    },
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-live-'));
  journal = join(folder, 'journal.ndjson');
  isUnderWay = true;
  page = undefined;
  told = [];
});

afterEach(async () => {
  live.close();
  await rm(folder, { recursive: true });
});

/** The model of everything that the journal holds by now. */
const whole = (finished = false): PageModel => asSent(modelOf(judge(summarize(readJournal(journal))), finished));

const linesOf = (name: string): string[] =>
  readFileSync(join(JOURNALS, name, 'journal.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');

describe('a run that is followed', () => {
  it.each(readdirSync(JOURNALS))('is what its journal tells at every step and at the end: %s', async (name) => {
    const lines = linesOf(name);
    const step = Math.ceil(lines.length / 12);
    follow();
    for (let at = 0; at < lines.length; at += step) {
      const seen = told.length;
      await appendFile(journal, `${lines.slice(at, at + step).join('\n')}\n`);
      await until('what is new', () => told.length > seen && JSON.stringify(page) === JSON.stringify(asSent(live.model)));
    }
    await until('all of it', () => page?.result.window.lastEvent === whole().result.window.lastEvent);
    await until('all of it', () => JSON.stringify(page?.result) === JSON.stringify(whole().result));
    expect(page).toEqual(whole());
    expect(told.filter((one) => one === 'model')).toHaveLength(1);
    isUnderWay = false;
    await until('the end', () => live.stage === 'finished' && page?.kind === 'report');
    expect(page).toEqual(whole(true));
  });

  it('begins with all that is there, torn line left out', async () => {
    const lines = linesOf('healthy');
    await writeFile(journal, `${lines.slice(0, 60).join('\n')}\n${lines[60]?.slice(0, 40)}`);
    follow();
    await until('a model', () => page);
    expect(page?.result).toEqual({ ...whole().result, warnings: [] });
    expect(told[0]).toBe('model');
    isUnderWay = false;
    await until('the end', () => page?.kind === 'report');
    expect(page).toEqual(whole(true));
    expect(page?.result.warnings.map(({ code }) => code)).toEqual(['torn_line']);
  });

  it('is told anew as a whole when its journal was replaced', async () => {
    const lines = linesOf('healthy');
    await writeFile(journal, `${lines.join('\n')}\n`);
    follow();
    await until('a model', () => page);
    await writeFile(journal, `${lines.slice(0, 30).join('\n')}\n`);
    await until('the new one', () => told.filter((one) => one === 'model').length === 2);
    await until('all of it', () => JSON.stringify(page) === JSON.stringify(whole()));
    expect(page).toEqual(whole());
  });

  it('stands where its journal says', async () => {
    const lines = linesOf('healthy');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    const [loadStart, loadEnd] = [types.indexOf('load.start'), types.indexOf('load.end')];
    await writeFile(journal, `${lines.slice(0, loadStart).join('\n')}\n`);
    follow();
    await until('a model', () => page);
    expect(live.stage).toBe('preflight');
    await appendFile(journal, `${lines.slice(loadStart, loadEnd).join('\n')}\n`);
    await until('the load', () => live.stage === 'running');
    await appendFile(
      journal,
      `${JSON.stringify({ type: 'load.adjust', t: 1_769_860_815_000, users: 20 })}\n${lines.slice(loadEnd).join('\n')}\n`,
    );
    await until('the end of the load', () => live.stage === 'stopping');
    expect(live.adjustment).toBe(20);
    isUnderWay = false;
    await until('the end', () => live.stage === 'finished');
  });

  it('has ended when its process is gone, also without saying so', async () => {
    await writeFile(journal, `${linesOf('healthy').slice(0, 50).join('\n')}\n`);
    follow();
    await until('a model', () => page);
    isUnderWay = false;
    await until('the end', () => page?.kind === 'report');
    expect(page?.result.ended).toBeNull();
  });

  it('says which line of its journal is damaged and keeps what stands before it', async () => {
    await writeFile(journal, `${linesOf('healthy').slice(0, 50).join('\n')}\n`);
    follow();
    await until('a model', () => page);
    await appendFile(journal, 'nonsense\n');
    await until('the problem', () => live.problem);
    expect(live.problem).toMatch(/journal\.ndjson:51: not JSON/);
    expect(live.model).toBeDefined();
  });
});
