import { describe, expect, it } from 'vitest';
import { summaryMarkdown } from '../../src/report/markdown.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, rewrite } from '../verdict/journal-builder.js';

describe('summary.md', () => {
  it('says in its first three lines what was tested, the verdict and why', () => {
    const lines = summaryMarkdown(judge(summarize(healthyRun()))).split('\n');
    expect(lines[0]).toMatch(/^Tested: ws:\/\/127\.0\.0\.1:8080 with scenario kindmap as guests: 6 users/);
    expect(lines[1]).toBe('Verdict: **PASS**  ');
    expect(lines[2]).toBe('Why: all 6 required criteria hold');
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
