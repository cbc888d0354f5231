import { expect, it } from 'vitest';
import { pageModel } from '../../../src/report/page-model.js';
import { historyCsv } from '../../../src/report/view/history-csv.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { healthyRun, LOAD_START, SECONDS } from '../../verdict/journal-builder.js';

it('has a row for each second, with an empty cell where nothing is known', () => {
  const { load } = pageModel(judge(summarize(healthyRun())), { kind: 'report', language: 'en' });
  const rows = historyCsv(load)
    .trimEnd()
    .split('\r\n')
    .map((row) => row.split(','));
  const [head = [], first = [], second = []] = rows;
  expect(rows.length).toBe(SECONDS + 1);
  expect(head.slice(0, 5)).toEqual(['Timestamp', 'planned users', 'active users', 'connected users', 'requests']);
  expect(first.slice(0, 4)).toEqual([String(LOAD_START / 1000), '6', '6', '6']);
  const p95 = head.indexOf('connect p95 ms');
  expect(first[p95]).not.toBe('');
  expect(second[p95]).toBe('');
  for (const row of rows) expect(row.length).toBe(head.length);
});
