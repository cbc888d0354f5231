import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quarantineOf, quarantineSecrets } from '../../src/bundle/quarantine.js';
import { Redactor } from '../../src/bundle/redact.js';
import { searchEvidence } from '../../src/commands/search-evidence.js';

let work: string;
let folder: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'loadwitness-quarantine-'));
  folder = join(work, 'run');
});
afterEach(() => rmSync(work, { recursive: true }));

function write(path: string, content: string | Buffer): void {
  const file = join(folder, ...path.split('/'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

describe('quarantineSecrets', () => {
  const secret = 'p&ss/w"rd-1';

  it.each([
    ['a.txt', `x ${secret} y`],
    ['csv/a.csv', `x,${encodeURIComponent(secret)}`],
    ['verdict.json', JSON.stringify({ a: secret })],
    ['report.html', 'p&amp;ss/w&quot;rd-1'],
    ['summary.md', `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`],
    ['logs/a.log.gz', Buffer.concat([gzipSync('line\n'.repeat(100_000) + secret.slice(0, 4)), gzipSync(`${secret.slice(4)}\n`)])],
    ['redis/after.json', '{"a":"redis://:never-seen@h"}'],
    ['nginx/after.conf', '-----BEGIN EC PRIVATE KEY-----\nMIIE\n-----END EC PRIVATE KEY-----\n'],
    ['journal.ndjson', `{"message":"eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"}\n`],
  ])('moves %s beside the folder when there is a secret in it', async (path, content) => {
    const redactor = new Redactor();
    redactor.add(secret);
    write(path, content);
    write('clean.txt', redactor.redact(`${secret} redis://:other@h token=abc\n`));
    const taken = await quarantineSecrets(folder, redactor);
    expect(taken).toEqual([{ path, reason: expect.stringMatching(/^a secret was found in it: [a-z-]+ × \d+$/) }]);
    expect(existsSync(join(folder, path))).toBe(false);
    expect(readFileSync(join(quarantineOf(folder), path))).toEqual(Buffer.from(content));
    expect(existsSync(join(folder, 'clean.txt'))).toBe(true);
  });

  it('takes a word of ours for no secret in our own files, and for one in those of others', async () => {
    const redactor = new Redactor();
    redactor.add('pass');
    write('journal.ndjson', '{"type":"check.result","status":"pass"}\n');
    write('verdict.json', '{"status":"pass"}');
    write('logs/a.log.gz', gzipSync('login with pass\n'));
    expect((await quarantineSecrets(folder, redactor)).map(({ path }) => path)).toEqual(['logs/a.log.gz']);
  });

  it('says what was taken out, and not what was in it', async () => {
    const redactor = new Redactor();
    redactor.add(secret);
    write('a.txt', secret);
    const said: string[] = [];
    await searchEvidence(folder, redactor, { say: (line) => void said.push(line) });
    expect(said).toEqual([
      `a.txt is not part of the evidence: a secret was found in it: known × 1; it was moved to ${quarantineOf(folder)}`,
    ]);
  });

  it('leaves a clean folder what it is', async () => {
    write('a.txt', 'route 6b0c5c1e-1111-4222-8333-123456789abc');
    write('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47]));
    expect(await quarantineSecrets(folder, new Redactor())).toEqual([]);
    expect(existsSync(quarantineOf(folder))).toBe(false);
  });
});
