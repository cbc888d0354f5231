import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';
import { evidenceWriter } from '../../src/commands/evidence.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-evidence-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, path)))
    .digest('hex');

it('tells size and digest of what it wrote, which is without the secrets', async () => {
  const redactor = new Redactor();
  redactor.add('correct-horse-battery');
  const saved = await evidenceWriter(folder, redactor)({ path: 'redis/before.txt', status: 'ok', content: '경로 correct-horse-battery\n' });
  expect(readFileSync(join(folder, 'redis/before.txt'), 'utf8')).not.toContain('horse');
  expect(saved).toEqual({ bytes: readFileSync(join(folder, 'redis/before.txt')).length, sha256: sha256('redis/before.txt') });
});

it('tells the same of a file that a sampler has written itself, and nothing of one that is not there', async () => {
  const save = evidenceWriter(folder, new Redactor());
  writeFileSync(join(folder, 'a.log.gz'), Buffer.from([31, 139, 0, 255]));
  expect(await save({ path: 'a.log.gz', status: 'ok' })).toEqual({ bytes: 4, sha256: sha256('a.log.gz') });
  expect(await save({ path: 'b.log.gz', status: 'ok' })).toBeUndefined();
});
