import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { k6File, parseK6 } from '../../../src/commands/external/k6.js';

const SUMMARY = readFileSync(new URL('../../fixtures/k6/summary.json', import.meta.url), 'utf8');

describe('parseK6', () => {
  it('takes over HTTP requests, WebSocket connects and checks', () => {
    expect(parseK6(SUMMARY)).toEqual([
      {
        name: 'http_reqs',
        requests: 50,
        failures: 2,
        percentiles: { '0.5': 38.5, '0.9': 80.1, '0.95': 101.25, '0.999': 210.5, '1': 212.4 },
        errors: {},
      },
      { name: 'ws_connecting', requests: 47, percentiles: { '0.5': 4.4, '0.9': 9.8, '0.95': 14.6, '1': 31.8 }, errors: {} },
      { name: 'checks', requests: 147, failures: 5, percentiles: {}, errors: { 'status is 101': 3, 'status is 200': 2 } },
    ]);
  });

  it('reads the same under "values", and checks in lists, as handleSummary has them', () => {
    const { metrics, root_group: group } = JSON.parse(SUMMARY);
    const nested = {
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, { type: 'x', contains: 'y', values }])),
      root_group: {
        ...group,
        checks: Object.values(group.checks),
        groups: [{ ...group.groups.login, checks: Object.values(group.groups.login.checks), groups: [] }],
      },
    };
    expect(parseK6(JSON.stringify(nested))).toEqual(parseK6(SUMMARY));
  });

  it('has no row of what was not measured', () => {
    expect(parseK6('{"metrics": {"iterations": {"count": 5, "rate": 1}}}')).toEqual([]);
  });

  it.each([
    ['{}', 'it is no summary of k6'],
    ['[1]', 'it is no summary of k6'],
    ['{"metrics": {"a": 5}}', 'it is no summary of k6'],
    ['{', 'JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => parseK6(text)).toThrow(message);
  });
});

describe('k6File', () => {
  it.each([
    [['k6', 'run', '--summary-export', 'a.json', 'x.js'], {}, 'a.json'],
    [['k6', 'run', '--summary-export=b.json', 'x.js'], {}, 'b.json'],
    [['k6', 'run', 'x.js'], { K6_SUMMARY_EXPORT: 'c.json' }, 'c.json'],
    [['k6', 'run', 'x.js'], {}, undefined],
  ])('of %j with %j is %j', (command, env, expected) => {
    expect(k6File(command, env)).toEqual(expected);
  });
});
