import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandWildcards, segmentPattern } from '../../src/clients/wildcard.js';

describe('segmentPattern', () => {
  it.each([
    ['*.conf', 'a.conf', true],
    ['*.conf', 'aconf', false],
    ['*.conf', '.conf', false],
    ['.*', '.conf', true],
    ['?.conf', '한.conf', true],
    ['[0-9]*.conf', '10-a.conf', true],
    ['[!0-9]*', '1', false],
    ['[!0-9]*', 'x', true],
    ['a+(b).conf', 'a+(b).conf', true],
    ['a+(b).conf', 'aab.conf', false],
    ['[a', '[a', true],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(segmentPattern(pattern).test(name)).toBe(matches);
  });
});

describe('expandWildcards', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-wildcard-'));
    for (const name of ['a/1.conf', 'a/2.conf', 'b/1.conf', 'c.conf']) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), '');
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('looks into every folder that matches, in order', async () => {
    const found = await expandWildcards(path.join(folder, '*', '*.conf'));
    expect(found.map((file) => path.relative(folder, file))).toEqual(['a/1.conf', 'a/2.conf', 'b/1.conf']);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await expandWildcards(path.join(folder, 'none', '*.conf'))).toEqual([]);
  });
});
