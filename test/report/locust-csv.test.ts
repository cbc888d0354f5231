import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { failuresCsv, fullHistoryCsv, historyCsv, statsCsv } from '../../src/report/locust-csv.js';
import { fullHistory } from '../../src/verdict/full-history.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_END, LOAD_START, RUN_START, rewrite, runStart, second, taskSecond } from '../verdict/journal-builder.js';

const cells = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
const PERCENTILES = '50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%';

describe('the Locust-compatible files', () => {
  const result = judge(summarize(healthyRun()));

  it("have Locust's headers", () => {
    expect(statsCsv(result).split('\r\n')[0]).toBe(
      `Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,${PERCENTILES}`,
    );
    expect(historyCsv(result).split('\r\n')[0]).toBe(
      `Timestamp,User Count,Type,Name,Requests/s,Failures/s,${PERCENTILES},Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size`,
    );
  });

  it('have a row for each task by name and the sum last, all with the same window of rates', () => {
    const rows = cells(statsCsv(result)).slice(1);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['WebSocket', 'ws_connect', '6', '0'],
      ['WebSocket', 'ws_location_update', '80', '0'],
      ['WebSocket', 'ws_start_navigation', '20', '0'],
      ['', 'Aggregated', '106', '0'],
    ]);
    expect(rows.map((row) => Number(row[9]) * 20)).toEqual([6, 80, 20, 106]);
    expect(rows[0]?.slice(4, 9)).toEqual(['1.5', String(11 / 6), '1.5', '2.5', '0']);
  });

  it('take the rates from the start to the last request, not to the end of the load', () => {
    const quiet = rewrite(healthyRun(), (event) =>
      event.type === 'load.second' && event.second >= LOAD_START / 1000 + 10 ? { ...event, tasks: {} } : event,
    );
    const last = cells(statsCsv(judge(summarize(quiet)))).at(-1);
    expect(Number(last?.[9])).toBe(56 / 10);
  });

  it('have one row of history a second with whole timestamps, rates of six decimals and percentiles since the start', () => {
    const rows = cells(historyCsv(result)).slice(1);
    expect(rows.map(([timestamp]) => timestamp)).toEqual(Array.from({ length: 20 }, (_, at) => String(LOAD_START / 1000 + at)));
    expect(rows[0]?.slice(1, 6)).toEqual(['6', '', 'Aggregated', '0.000000', '0.000000']);
    // Second 3 looks back to seconds 0: eleven requests in one second; second 19 at seconds 7 to 16: five each.
    expect(rows[3]?.[4]).toBe('11.000000');
    expect(rows[19]?.[4]).toBe('5.000000');
    expect(rows[19]?.slice(6, 17)).toEqual(cells(statsCsv(result)).at(-1)?.slice(11));
    expect(rows[19]?.slice(17)).toEqual(['106', '0', ...(cells(statsCsv(result)).at(-1)?.slice(4, 9) ?? [])]);
  });

  it('say N/A for percentiles and 0 for the rest where there were no requests', () => {
    const idle = judge(
      summarize([
        runStart(),
        { type: 'load.start', t: LOAD_START },
        second(0),
        { type: 'load.end', t: LOAD_END, reason: 'completed' },
        { type: 'run.end', t: LOAD_END, reason: 'completed' },
      ]),
    );
    expect(cells(statsCsv(idle)).slice(1)).toEqual([['', 'Aggregated', ...Array(9).fill('0'), ...Array(11).fill('N/A')]]);
    expect(cells(historyCsv(idle))[1]?.slice(4)).toEqual(['0.000000', '0.000000', ...Array(11).fill('N/A'), ...Array(7).fill('0')]);
  });

  it('hold failures with their first and last time', () => {
    const failed = [
      second(3, { tasks: { connect: taskSecond([900, 2], { failures: { 'http 403': 2 } }) } }),
      second(5, { tasks: { connect: taskSecond([900, 1], { failures: { 'http 403': 1 } }) } }),
    ];
    const csv = failuresCsv(judge(summarize([runStart(), { type: 'load.start', t: LOAD_START }, ...failed])));
    expect(RUN_START).toBe(Date.parse('2026-01-31T12:00:00Z'));
    expect(csv).toBe(
      'Method,Name,Error,Occurrences,First Seen,Last Seen\r\nWebSocket,ws_connect,http 403,3,2026-01-31T12:00:13.000Z,2026-01-31T12:00:15.000Z\r\n',
    );
  });

  describe('with full history', () => {
    const full = (events: JournalEvent[]): string[][] => cells([...fullHistoryCsv(fullHistory(events))].join('')).slice(1);

    it('have a row for each task by name and the sum last, each second', () => {
      const rows = full(healthyRun());
      const names = ['ws_connect', 'ws_location_update', 'ws_start_navigation', 'Aggregated'];
      expect(rows.map(([timestamp, , type, name]) => [timestamp, type, name])).toEqual(
        Array.from({ length: 20 }, (_, at) => at).flatMap((at) =>
          names.map((name) => [String(LOAD_START / 1000 + at), name === 'Aggregated' ? '' : 'WebSocket', name]),
        ),
      );
    });

    it('end with the totals of the other files, and have the rates of the sum without it', () => {
      const rows = full(healthyRun());
      const stats = cells(statsCsv(result)).slice(1);
      expect(rows.slice(-4).map((row) => row.slice(17))).toEqual(stats.map((row) => row.slice(2, 9)));
      const sum = rows.filter((row) => row[3] === 'Aggregated');
      const plain = cells(historyCsv(result)).slice(1);
      expect(sum.map((row) => [...row.slice(0, 6), ...row.slice(17)])).toEqual(plain.map((row) => [...row.slice(0, 6), ...row.slice(17)]));
    });

    it('have the percentiles of the last ten seconds, 0 where these had no request, and N/A before the first', () => {
      const events = [
        ...[0, 1].map((at) => second(at, { tasks: { connect: taskSecond([]) } })),
        second(2, { tasks: { connect: taskSecond([7000, 3]) } }),
        ...Array.from({ length: 12 }, (_, at) => second(at + 3)),
        second(15, { tasks: { connect: taskSecond([9000, 1]) } }),
      ];
      const connects = full([runStart(), ...events]).filter((row) => row[3] === 'ws_connect');
      const medians = connects.map((row) => row[6]);
      expect(medians).toEqual(['N/A', 'N/A', ...Array(10).fill('7'), ...Array(3).fill('0'), '9']);
      expect(connects.at(-1)?.slice(17)).toEqual(['4', '0', '7', '7.5', '7', '9', '200']);
    });

    it('add up all workers, also one whose records come late', () => {
      const busy = (worker: number, index: number) => second(index, { worker, tasks: { connect: taskSecond([1000, 1]) } });
      const events = [busy(0, 0), ...[1, 2, 3, 4, 5, 6, 7].map((index) => busy(0, index)), busy(1, 0), busy(1, 7)];
      const rows = full([runStart(), ...events]).filter((row) => row[3] === 'Aggregated');
      expect(rows.map((row) => row[17])).toEqual(['1', '2', '3', '5', '6', '7', '8', '10']);
      expect(rows.at(-1)?.[1]).toBe('12');
    });
  });
});
