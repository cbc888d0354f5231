import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Checklist, type ChecklistItem, describeCounts } from '../../src/report/checklist.js';
import { checklistJson } from '../../src/report/checklist-json.js';
import { checklistJunit } from '../../src/report/checklist-junit.js';
import { checkListJson, renderCheckList } from '../../src/report/checklist-list.js';
import { checklistMarkdown } from '../../src/report/checklist-markdown.js';
import { renderChecklist } from '../../src/report/checklist-terminal.js';
import { escapeXml } from '../../src/report/junit.js';

const golden = (name: string): string => fileURLToPath(new URL(`../golden/checklist/${name}`, import.meta.url));

const ITEMS: ChecklistItem[] = [
  { check: 'target-reachable', title: 'Target answers', why: 'why', status: 'pass', observed: 'HTTP 200 in 3 ms', durationMs: 3.21 },
  {
    check: 'redis-memory',
    title: 'Redis has memory <left> & "room"',
    why: 'Redis refuses writes when it is full.',
    status: 'warn',
    observed: '401 MB of 512 MB',
    expected: 'at most 400 MB',
    remedy: 'redis-cli CONFIG SET maxmemory 1gb',
    durationMs: 12,
  },
  {
    check: 'pubsub-subscribers',
    title: '모든 복제본이 채널을 듣는다',
    why: 'A listener that died never comes back.',
    status: 'fail',
    observed: `2 of 3 | \u001b[31m]]>\u0000\u009b\nsecond line`,
    expected: '3 subscribers',
    remedy: 'docker restart kindmap-fastapi-2',
    durationMs: 1500,
  },
  {
    check: 'clock-offset',
    title: 'Clocks agree',
    why: 'why',
    recommended: true,
    status: 'fail',
    observed: '4.2 s apart',
    remedy: 'chronyc makestep',
    durationMs: 1,
  },
  { check: 'cloudwatch', title: 'CloudWatch answers', why: 'why', status: 'error', observed: 'no result within 10 s', durationMs: 10_000 },
  { check: 'accounts-login', title: 'Accounts log in', why: 'why', status: 'skip', observed: 'no test account is named', durationMs: 0 },
];

const CHECKLIST: Checklist = {
  tool: '1.2.3',
  target: 'wss://example.org',
  startedAt: Date.UTC(2026, 0, 31, 13, 4, 59),
  passed: false,
  strict: true,
  items: ITEMS,
};

const FORMATS = [
  ['preflight.json', checklistJson],
  ['preflight.xml', checklistJunit],
  ['preflight.md', checklistMarkdown],
  ['preflight.txt', (list: Checklist) => renderChecklist(list.items, { colour: false })],
  ['problems.txt', (list: Checklist) => renderChecklist(list.items, { colour: false, onlyProblems: true })],
] as const;

describe('a checklist', () => {
  it.each(FORMATS)('is the %s that was agreed on', async (name, render) => {
    await expect(render(CHECKLIST)).toMatchFileSnapshot(golden(name));
  });

  it.each(FORMATS.filter(([name]) => name !== 'preflight.json'))('lets no control character through to the %s', (_, render) => {
    const unsafe = render(CHECKLIST).replaceAll(/[\n\p{L}\p{N}\p{P}\p{S} ]/gu, '');
    expect(unsafe).toBe('');
  });

  it('says everything that it says to people to programs, too', () => {
    const read = JSON.parse(checklistJson(CHECKLIST));
    expect(read).toMatchObject({ schema: 1, passed: false, counts: { pass: 1, warn: 1, fail: 2, error: 1, skip: 1 } });
    expect(read.checks.map(({ id, required }: { id: string; required: boolean }) => [id, required])).toContainEqual([
      'clock-offset',
      false,
    ]);
  });

  it('is well-formed XML, whatever the target says, as a parser reads it', () => {
    const all = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join('');
    const hostile = `${all}\ud83d\ude00\udc00\ud800x\ufffe\uffff\u2028]]><!-- -->&amp;"'`;
    const item: ChecklistItem = {
      check: 'a"b',
      title: hostile,
      why: hostile,
      status: 'fail',
      observed: hostile,
      remedy: hostile,
      durationMs: 1,
    };
    const xml = checklistJunit({ ...CHECKLIST, items: [item, { ...item, status: 'warn' }, { ...item, status: 'skip' }] });
    const script = [
      'import sys, xml.etree.ElementTree as tree',
      'suite = tree.fromstring(sys.stdin.buffer.read()).find("testsuite")',
      'cases = suite.findall("testcase")',
      'print(len(cases), suite.get("failures"), suite.get("skipped"), cases[0].find("failure").get("message")[-15:])',
    ].join('\n');
    const read = execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8' });
    expect(read.trim()).toBe('3 1 1 <!-- -->&amp;"\'');
  });

  it.each([
    ['a & b < c > "d" \'e\'', 'a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;'],
    ['\u0000\u0008\u001b\u007f\u0085', '\\x00\\x08\\x1b\\x7f\\x85'],
    ['\ud800 \udfff \ufffe', '\ufffd \ufffd \ufffd'],
    ['한글 😀', '한글 😀'],
  ])('writes %j to XML as %j', (text, xml) => {
    expect(escapeXml(text)).toBe(xml);
  });

  it.each([
    [['pass', 'pass', 'fail', 'skip', 'skip'], '2 pass, 1 fail; 2 checks skipped, which proves nothing'],
    [['skip'], '1 check skipped, which proves nothing'],
    [['error', 'warn'], '1 warn, 1 error'],
    [[], 'no checks'],
  ] as const)('counts %j as %s', (statuses, expected) => {
    expect(describeCounts(statuses.map((status) => ({ status })))).toBe(expected);
  });

  it('says what to do about what did not pass, and about nothing else', () => {
    const text = renderChecklist(
      [
        { title: 'Redis reachable', status: 'pass', observed: 'PONG', remedy: 'not needed' },
        { title: 'Replicas running', status: 'fail', observed: '2 of 3', expected: '3', remedy: 'start the third' },
      ],
      { colour: false },
    );
    expect(text).toMatch(/fail.*Replicas running.*2 of 3.*start the third/);
    expect(text).not.toContain('not needed');
  });
});

describe('the list of what there is to check', () => {
  const checks = [
    { id: 'a', title: 'First', why: 'why a', needs: ['target'] },
    { id: 'b', title: 'Second', why: 'why b', needs: [], after: ['a'], recommended: true },
  ];

  it('has the ids, titles, needs and what each comes after', () => {
    expect(renderCheckList(checks)).toMatch(/a +│ First +│ target +│ +│[\s\S]*b +│ Second \(recommended\) +│ +│ a +│/);
  });

  it('has the same as JSON', () => {
    expect(JSON.parse(checkListJson(checks))).toEqual([
      { id: 'a', title: 'First', why: 'why a', needs: ['target'], after: [], required: true },
      { id: 'b', title: 'Second', why: 'why b', needs: [], after: ['a'], required: false },
    ]);
  });
});
