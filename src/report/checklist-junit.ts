import { type Checklist, type ChecklistItem, countStatuses, titleOf } from './checklist.js';
import { escapeHtml } from './text.js';

/** What XML 1.0 has no way to hold, not even escaped, beside the control characters: halves of surrogate pairs, and two that are none. */
const IMPOSSIBLE = /\p{Surrogate}|[\ufffe\uffff]/gu;

/** Text for XML, also inside of quoted attributes. Control characters are made visible, since most of them may not be in XML at all. */
export const escapeXml = (text: string): string => escapeHtml(text).replace(IMPOSSIBLE, '\ufffd');

/**
 * The pre-flight as JUnit's XML, which every CI shows: fail is a failure, error an error, skip skipped; a warning is a test that passed and
 * has something to say. A check that is only recommended keeps its result here, and says in its name that the exit code does not heed it.
 */
export function checklistJunit({ startedAt, items }: Checklist): string {
  const { fail, error, skip } = countStatuses(items);
  const sums = `tests="${items.length}" failures="${fail}" errors="${error}" skipped="${skip}" time="${seconds(total(items))}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="loadwitness" ${sums}>`,
    `  <testsuite name="preflight" timestamp="${new Date(startedAt).toISOString()}" ${sums}>`,
    ...items.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function testCase(item: ChecklistItem): string[] {
  const open = `<testcase classname="preflight.${escapeXml(item.check)}" name="${escapeXml(titleOf(item))}" time="${seconds(item.durationMs)}"`;
  const inside = contentOf(item);
  return inside === '' ? [`    ${open}/>`] : [`    ${open}>`, `      ${inside}`, '    </testcase>'];
}

function contentOf(item: ChecklistItem): string {
  const message = escapeXml(item.observed);
  switch (item.status) {
    case 'pass':
      return '';
    case 'skip':
      return `<skipped message="${message}"/>`;
    case 'warn':
      return `<system-out>warning: ${details(item)}</system-out>`;
    case 'fail':
      return `<failure message="${message}">${details(item)}</failure>`;
    case 'error':
      return `<error message="${message}">${details(item)}</error>`;
  }
}

function details({ observed, expected, why, remedy }: ChecklistItem): string {
  const parts = [
    ['observed', observed],
    ['expected', expected],
    ['why it matters', why],
    ['what to do', remedy],
  ];
  return parts.flatMap(([name, text]) => (text ? [`${name}: ${escapeXml(text)}`] : [])).join('\n');
}

/** The checks ran at the same time: this is the work, not the wait. */
const total = (items: readonly ChecklistItem[]): number => items.reduce((sum, { durationMs }) => sum + durationMs, 0);

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
