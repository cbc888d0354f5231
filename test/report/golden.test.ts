import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JournalEvent, journalEvent } from '../../src/journal/event.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { writeReport } from '../../src/report/write.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';

const journals = fileURLToPath(new URL('../fixtures/journals', import.meta.url));
const golden = fileURLToPath(new URL('../golden', import.meta.url));
const cases = (await readdir(journals, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);

async function read(name: string): Promise<JournalEvent[]> {
  const text = await readFile(join(journals, name, 'journal.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => journalEvent.parse(JSON.parse(line)));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(cases)('the report of the journal "%s"', (name) => {
  it('is the one that was agreed on', async () => {
    const result = judge(summarize(await read(name)));
    const out = join(folder, name);
    await writeReport(result, out);
    const files = ['verdict.json', 'summary.md', 'junit.xml', ...(await readdir(join(out, 'csv'))).map((file) => join('csv', file))];
    for (const file of files) await expect(await readFile(join(out, file), 'utf8')).toMatchFileSnapshot(join(golden, name, file));
    await expect(renderTerminal(result, { colour: false })).toMatchFileSnapshot(join(golden, name, 'terminal.txt'));
  });

  it('is byte for byte the same when it is made again, also from the result as JSON', async () => {
    const result = judge(summarize(await read(name)));
    const first = await writeReport(result, join(folder, `${name}-1`));
    const second = await writeReport(JSON.parse(JSON.stringify(judge(summarize(await read(name))))), join(folder, `${name}-2`));
    expect(first.length).toBe(8);
    for (const [index, path] of first.entries()) expect(await readFile(path)).toEqual(await readFile(second[index] as string));
  });

  it('leaves no temporary file behind', async () => {
    const out = join(folder, `${name}-clean`);
    const written = await writeReport(judge(summarize(await read(name))), out);
    const found = (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(found.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual([...written].sort());
  });
});
