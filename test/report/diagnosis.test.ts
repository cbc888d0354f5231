import { describe, expect, it } from 'vitest';
import { summaryMarkdown } from '../../src/report/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { codeMarkdown } from '../../src/report/text.js';
import { judge } from '../../src/verdict/judge.js';
import type { Cause, Finding, RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun } from '../verdict/journal-builder.js';

const cause = (rest: Partial<Cause>): Cause => ({
  id: 'a-cause',
  title: 'The listener ended',
  standing: 'confirmed',
  for: [{ text: 'NUMSUB was 2', source: 'redis.pubsub.subscribers' }],
  against: [],
  unknown: ['who killed it'],
  actions: [
    { text: 'see the log', command: "docker logs ab12 2>&1 | grep -E 'x|y'" },
    { text: 'have it subscribe again', command: null },
  ],
  ...rest,
});

const finding = (rest: Partial<Finding> = {}): Finding => ({
  rule: 'a-rule',
  title: 'A listener is dead',
  symptom: '2 of 3 replicas listened',
  from: 1_769_860_812_000,
  to: 1_769_860_830_000,
  evidence: [{ text: '50 canaries lost', source: 'canary.second' }],
  causes: [
    cause({}),
    cause({
      title: 'Redis was restarted',
      standing: 'ruled_out',
      for: [],
      against: [{ text: 'its uptime went on from 10 s to 16 s', source: 'redis.uptime' }],
      unknown: [],
      actions: [{ text: 'look at Redis', command: 'redis-cli INFO server' }],
    }),
  ],
  watch: ['NUMSUB all the time'],
  ...rest,
});

const healthy = judge(summarize(healthyRun()));
const withFindings = (...findings: Finding[]): RunResult => ({ ...healthy, findings });

const HOSTILE = '</script><img src=x onerror=alert(1)> `code` | *bold* \u001b[31m';

describe('the diagnosis in summary.md', () => {
  it('tells symptom, evidence, causes for and against, commands and what to watch', () => {
    const text = summaryMarkdown(withFindings(finding()));
    const part = text.slice(text.indexOf('## Diagnosis'), text.indexOf('## Stages'));
    for (const line of [
      '### A listener is dead',
      '2 of 3 replicas listened (2026-01-31 12:00:12 UTC to 2026-01-31 12:00:30 UTC)',
      '- 50 canaries lost (`canary.second`)',
      '1. **confirmed**: The listener ended',
      '   - for: NUMSUB was 2 (`redis.pubsub.subscribers`)',
      '   - not known: who killed it',
      "   - to do: see the log: `docker logs ab12 2>&1 | grep -E 'x|y'`",
      '   - to do: have it subscribe again',
      '2. **ruled out**: Redis was restarted',
      '   - against: its uptime went on from 10 s to 16 s (`redis.uptime`)',
      '- NUMSUB all the time',
    ]) {
      expect(part.split('\n')).toContain(line);
    }
  });

  it('gives no command for what is ruled out', () => {
    expect(summaryMarkdown(withFindings(finding()))).not.toContain('redis-cli INFO server');
  });

  it('escapes whatever the texts hold', () => {
    const text = summaryMarkdown(withFindings(finding({ title: HOSTILE, symptom: HOSTILE, watch: [HOSTILE] })));
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toContain('\u001b');
  });

  it('keeps a command whole that holds backticks', () => {
    expect(codeMarkdown('echo `date`')).toBe('`` echo `date` ``');
    expect(codeMarkdown('ls')).toBe('`ls`');
  });
});

describe('the diagnosis in the terminal', () => {
  it('is a few lines for each finding: title, symptom, first cause, first thing to do', () => {
    const text = renderTerminal(withFindings(finding()), { colour: false });
    expect(text).toContain(
      [
        'Diagnosis',
        'A listener is dead',
        '  2 of 3 replicas listened',
        '  cause, confirmed: The listener ended',
        '  to do: see the log',
        "    docker logs ab12 2>&1 | grep -E 'x|y'",
      ].join('\n'),
    );
    expect(text).not.toContain('Redis was restarted');
  });

  it('says nothing to do where every cause is ruled out', () => {
    const text = renderTerminal(withFindings(finding({ causes: [cause({ standing: 'ruled_out' })] })), { colour: false });
    expect(text).toContain('cause, ruled out: The listener ended');
    expect(text).not.toContain('to do:');
  });

  it('lets no text steer the terminal', () => {
    expect(renderTerminal(withFindings(finding({ title: HOSTILE, symptom: HOSTILE })), { colour: false })).not.toContain('\u001b');
  });
});

describe('a run without findings', () => {
  it('has no diagnosis in any report', () => {
    expect(healthy.findings).toEqual([]);
    expect(summaryMarkdown(healthy)).not.toContain('Diagnosis');
    expect(renderTerminal(healthy, { colour: false })).not.toContain('Diagnosis');
  });
});
