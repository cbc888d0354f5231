import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from '../../../../src/report/view/i18n/en.js';
import { ko } from '../../../../src/report/view/i18n/ko.js';
import type { RunResult } from '../../../../src/verdict/run-result.js';

/** Every text with its place; texts with figures in them with some. */
function textsOf(part: unknown, path = ''): [path: string, text: string][] {
  if (typeof part === 'string') return [[path, part]];
  if (typeof part === 'function') return [[path, String(part(...['1', '2', '3', '4'].slice(0, part.length)))]];
  return Object.entries(part ?? {}).flatMap(([key, value]) => textsOf(value, `${path}.${key}`));
}

const GOLDEN = fileURLToPath(new URL('../../../golden', import.meta.url));
const verdicts = readdirSync(GOLDEN)
  .map((name) => join(GOLDEN, name, 'verdict.json'))
  .flatMap((path) => {
    try {
      return [JSON.parse(readFileSync(path, 'utf8')) as RunResult];
    } catch {
      // A golden report of something else than a run.
      return [];
    }
  });

describe('the texts of the page', () => {
  it('are there in both languages, and none is empty', () => {
    const isOfBoth = ([path]: [string, string]): boolean => !/^\.(criterionTitles|taskP95)/.test(path);
    const [english, korean] = [textsOf(en).filter(isOfBoth), textsOf({ ...ko, taskP95: null }).filter(isOfBoth)];
    expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path));
    for (const [path, text] of [...english, ...korean]) expect(text, path).not.toBe('');
  });

  it('have a Korean name for every criterion that is not of a task or of the configuration', () => {
    expect(verdicts.length).toBeGreaterThan(10);
    const ids = new Set(verdicts.flatMap(({ criteria }) => criteria.map(({ id }) => id)));
    const named = [...ids].filter((id) => !id.endsWith('_p95') && !id.startsWith('unknown.') && !id.startsWith('metric.'));
    for (const id of named) expect(Object.keys(ko.criterionTitles), id).toContain(id);
  });
});
