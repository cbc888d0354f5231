import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sealFolder } from '../../src/bundle/folder.js';
import { judgeJournal } from '../../src/commands/judged-run.js';
import { VERSION } from '../../src/commands/version.js';
import { writeReport } from '../../src/report/write.js';

const JOURNALS = fileURLToPath(new URL('../fixtures/journals', import.meta.url));

/** What a run collects from its target beside its journal. */
export const COLLECTED: Record<string, string | Buffer> = {
  'redis/before.json': '{\n  "clients": 3\n}\n',
  'redis/after.json': '{\n  "clients": 4\n}\n',
  'nginx/error.log': '2026/01/31 12:00:15 [error] 7#7: upstream timed out\n',
  'logs/fastapi-1.log.gz': gzipSync('2026-01-31T12:00:10.250Z stderr begin\n2026-01-31T12:00:29.750Z stderr end\n'),
  'cloudwatch/after.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
};

/** Makes the folder of a run from a fixture's journal, as a run leaves it before its reports. */
export function runFolder(folder: string, journal = 'healthy', collected: Record<string, string | Buffer> = COLLECTED): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(JOURNALS, journal, 'journal.ndjson'), join(folder, 'journal.ndjson'));
  writeFileSync(join(folder, 'config.json'), '{\n  "target": "ws://127.0.0.1:8080"\n}\n');
  for (const [path, content] of Object.entries(collected)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const journalPath = join(folder, 'journal.ndjson');
  const [start = '', ...rest] = readFileSync(journalPath, 'utf8').split('\n');
  const events = Object.keys(collected).map((path, index) =>
    JSON.stringify({ type: 'evidence.file', t: 1769860809500 + index, path, source: path.split('/')[0], status: 'ok' }),
  );
  writeFileSync(journalPath, [start.replace('"tool":"loadwitness 0.1.0"', `"tool":"${VERSION}"`), ...events, ...rest].join('\n'));
  return folder;
}

/** The same with its reports and its manifest. */
export async function sealedRun(
  folder: string,
  journal = 'healthy',
  collected: Record<string, string | Buffer> = COLLECTED,
): Promise<string> {
  runFolder(folder, journal, collected);
  await seal(folder);
  return folder;
}

/** Makes reports and manifest again. */
export async function seal(folder: string): Promise<void> {
  const { result, collectedAt, reports } = judgeJournal(join(folder, 'journal.ndjson'));
  await writeReport(result, folder);
  await sealFolder(folder, { result, collectedAt, reports: reports.map(({ path }) => path), tool: VERSION });
}
