import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { locustFiles, parseLocust } from '../../../src/commands/external/locust.js';

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/locust/${name}`, import.meta.url), 'utf8');

describe('parseLocust', () => {
  it('takes over what Locust 2.12 wrote', () => {
    const rows = parseLocust(fixture('out_stats.csv'), fixture('out_failures.csv'));
    expect(rows.map(({ name, requests, failures }) => [name, requests, failures])).toEqual([
      ['GET /good', 127, 0],
      ['POST /good', 43, 0],
      ['bad, "quoted"', 38, 38],
      ['Aggregated', 208, 38],
    ]);
    expect(Object.entries(rows[2]?.errors ?? {})).toEqual([
      [`HTTPError('500 Server Error: Internal Server Error for url: bad, "quoted"')`, 38],
    ]);
    expect(rows[0]?.errors).toEqual({});
    expect(rows[1]?.percentiles).toEqual({
      '0.5': 4,
      '0.66': 7,
      '0.75': 9,
      '0.8': 12,
      '0.9': 30,
      '0.95': 37,
      '0.98': 51,
      '0.99': 51,
      '0.999': 51,
      '0.9999': 51,
      '1': 51,
    });
  });

  it('leaves out percentiles that are not there, and errors where there is no file of them', () => {
    const stats = 'Type,Name,Request Count,Failure Count,50%,95%\nWSS,ws_connect,0,0,N/A,N/A\n';
    expect(parseLocust(stats, undefined)).toEqual([{ name: 'ws_connect', requests: 0, failures: 0, percentiles: {}, errors: {} }]);
  });

  it('refuses a file that is none of Locust', () => {
    expect(() => parseLocust('Type,Name\nGET,/\n', undefined)).toThrow('no number under "Request Count"');
  });
});

describe('locustFiles', () => {
  const files = (prefix: string) => ({ stats: `${prefix}_stats.csv`, failures: `${prefix}_failures.csv` });

  it.each([
    [['locust', '--csv', 'a/b'], {}, files('a/b')],
    [['locust', '--csv=c', '-f', 'x.py'], { LOCUST_CSV: 'env' }, files('c')],
    [['locust', '--csv', 'a', '--csv=b'], {}, files('b')],
    [['locust', '--csv-full-history'], { LOCUST_CSV: 'env' }, files('env')],
    [['locust', '--csv'], {}, undefined],
    [['locust'], { LOCUST_CSV: '' }, undefined],
  ])('of %j with %j are %j', (command, env, expected) => {
    expect(locustFiles(command, env)).toEqual(expected);
  });
});
