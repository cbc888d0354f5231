import { describe, expect, it } from 'vitest';
import { summaryMarkdown } from '../../src/report/markdown.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_START, rewrite } from '../verdict/journal-builder.js';

describe('summary.md', () => {
  it('says in its first three lines what was tested, the verdict and why', () => {
    const lines = summaryMarkdown(judge(summarize(healthyRun()))).split('\n');
    expect(lines[0]).toMatch(/^Tested: ws:\/\/127\.0\.0\.1:8080 with scenario kindmap as guests: 6 users/);
    expect(lines[1]).toBe('Verdict: **PASS**  ');
    expect(lines[2]).toBe('Why: all 7 required criteria hold');
  });

  it('says how far the target held, and why a stage did not', () => {
    const failing = rewrite(healthyRun(), (event) =>
      event.type === 'load.second' && event.second >= LOAD_START / 1000 + 7 ? { ...event, drops: { 'close 1011': 1 } } : event,
    );
    const text = summaryMarkdown(judge(summarize(failing)));
    expect(text).toContain('the highest step that held: 6 users (ramp)');
    expect(text).toContain('| hold | fail | 6 of 6 | 65 | 16.67 % |');
    expect(text).toContain('| Error rate is 16.67 %, must be \\< 1 % |');
    expect(text).toContain('| connection | close 1011 | 13 | 2026-01-31 12:00:17 UTC | 2026-01-31 12:00:29 UTC |');
    expect(text).toContain('| dropped socket | close 1011 | 13 |');
  });

  it('keeps its tables whole whatever the texts hold', () => {
    const hostile = rewrite(healthyRun(), (event) =>
      event.type === 'check.result' ? { ...event, status: 'warn', title: 'a | b\n| c', observed: '<script>`x`' } : event,
    );
    const row = summaryMarkdown(judge(summarize(hostile)))
      .split('\n')
      .find((line) => line.startsWith('| a'));
    expect(row).toBe('| a \\| b\\\\x0a\\| c | warn | \\<script\\>\\`x\\` |  |');
  });
});
