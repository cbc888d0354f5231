import { escapeHtml } from './text.js';

/** What XML 1.0 has no way to hold, not even escaped, beside the control characters: halves of surrogate pairs, and two that are none. */
const IMPOSSIBLE = /\p{Surrogate}|[\ufffe\uffff]/gu;

/** Text for XML, also inside of quoted attributes. Control characters are made visible, since most of them may not be in XML at all. */
export const escapeXml = (text: string): string => escapeHtml(text).replace(IMPOSSIBLE, '\ufffd');

/** What one test came to. `note`: it passed and has something to say. */
export type JunitOutcome = 'pass' | 'note' | 'failure' | 'error' | 'skipped';

/** A test as JUnit's readers know it. No text in it is escaped yet. */
export interface JunitCase {
  classname: string;
  name: string;
  durationMs: number;
  outcome: JunitOutcome;
  /** In one line, for a failure, an error or a skip. */
  message: string;
  /** Lines below it; of a skip and a pass nothing is shown. */
  details: readonly string[];
}

export interface JunitSuite {
  name: string;
  /** Unix ms. */
  startedAt: number;
  cases: readonly JunitCase[];
}

/** A document in the dialect that every CI reads: suites of cases, with sums. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="loadwitness" ${sums(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(({ name, startedAt, cases }) => [
      `  <testsuite name="${escapeXml(name)}" timestamp="${new Date(startedAt).toISOString()}" ${sums(cases)}>`,
      ...cases.flatMap(testCase),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

/** The time is the work, not the wait: cases may have run side by side. */
function sums(cases: readonly JunitCase[]): string {
  const of = (outcome: JunitOutcome): number => cases.filter((one) => one.outcome === outcome).length;
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0));
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}" time="${time}"`;
}

function testCase({ classname, name, durationMs, ...result }: JunitCase): string[] {
  const open = `<testcase classname="${escapeXml(classname)}" name="${escapeXml(name)}" time="${seconds(durationMs)}"`;
  const inside = contentOf(result);
  return inside === '' ? [`    ${open}/>`] : [`    ${open}>`, `      ${inside}`, '    </testcase>'];
}

function contentOf({ outcome, message, details }: Pick<JunitCase, 'outcome' | 'message' | 'details'>): string {
  const text = details.map(escapeXml).join('\n');
  switch (outcome) {
    case 'pass':
      return '';
    case 'note':
      return `<system-out>${text}</system-out>`;
    case 'skipped':
      return `<skipped message="${escapeXml(message)}"/>`;
    case 'failure':
    case 'error':
      return `<${outcome} message="${escapeXml(message)}">${text}</${outcome}>`;
  }
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
