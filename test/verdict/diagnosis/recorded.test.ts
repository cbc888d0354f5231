import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { journalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';

/** What `demo --fault` wrote, without what no rule of these reads. */
const recorded = (name: string) => {
  const path = fileURLToPath(new URL(`../../fixtures/diagnosis/${name}.ndjson.gz`, import.meta.url));
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  return judge(summarize(lines.map((line) => journalEvent.parse(JSON.parse(line)))));
};

describe('of a run of the demo', () => {
  it.each([
    ['freeze', 'backend-stalled', 'backend-frozen', 'fastapi-1 wrote no line'],
    ['crash', 'backend-lost', 'backend-exit', 'fastapi-1: there is no process'],
  ])('with --fault %s one finding tells it all', (name, rule, first, proof) => {
    const { findings } = recorded(name);
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    const [cause, ...others] = findings[0]?.causes ?? [];
    expect(cause).toMatchObject({ id: first, standing: 'confirmed' });
    expect(cause?.for.map(({ text }) => text).join('\n')).toContain(proof);
    expect(others.filter(({ standing }) => standing !== 'ruled_out')).toEqual([]);
  });
});
