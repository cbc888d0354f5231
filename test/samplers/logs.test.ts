import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logsSampler } from '../../src/samplers/logs.js';
import { startSampling, valueIn } from '../helpers/sampling.js';

const PATTERNS = { route_calculated: '경로 계산 완료', publish_failed: '메시지 발행 실패', any_route: 'route_id=[0-9a-f-]+' };
const ROUTE = '2025-12-07 10:00:00 - app.ws - INFO - 경로 계산 완료: route_id=0a-1b, 3개 경로 반환\n';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-logs-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('logsSampler', () => {
  it('counts from the start on, by backend and pattern, and tells zeros that were read', async () => {
    const files = ['1', '2'].map((number) => path.join(folder, `fastapi-${number}.log`));
    for (const file of files) await writeFile(file, ROUTE.repeat(5));
    const sources = [...files.map((log, index) => ({ name: `fastapi-${index + 1}`, log })), { name: 'without' }];
    const { read, problems, stop } = await startSampling(logsSampler(sources, PATTERNS));
    const first = await read();
    expect(first).toHaveLength(8);
    expect(first.every(({ value }) => value === 0)).toBe(true);

    await appendFile(files[0] ?? '', `${ROUTE}Traceback\n${ROUTE}`);
    const second = await read();
    expect(valueIn(second, 'log.lines', { backend: 'fastapi-1' })).toBe(3);
    expect(valueIn(second, 'log.matches', { backend: 'fastapi-1', pattern: 'route_calculated' })).toBe(2);
    expect(valueIn(second, 'log.matches', { backend: 'fastapi-1', pattern: 'any_route' })).toBe(2);
    expect(valueIn(second, 'log.matches', { backend: 'fastapi-1', pattern: 'publish_failed' })).toBe(0);
    expect(valueIn(second, 'log.lines', { backend: 'fastapi-2' })).toBe(0);

    await appendFile(files[0] ?? '', ROUTE);
    expect(valueIn(await read(), 'log.matches', { backend: 'fastapi-1', pattern: 'route_calculated' })).toBe(3);
    expect(problems).toEqual([]);
    await stop();
  });

  it('has no readings of a log that it cannot read, and says so', async () => {
    const good = path.join(folder, 'good.log');
    await writeFile(good, '');
    const sources = [
      { name: 'good', log: good },
      { name: 'missing', log: path.join(folder, 'missing.log') },
      { name: 'folder', log: folder },
    ];
    const { read, problems, stop } = await startSampling(logsSampler(sources, PATTERNS));
    await appendFile(good, ROUTE);
    const readings = await read();
    expect(new Set(readings.map(({ attributes }) => attributes?.backend))).toEqual(new Set(['good']));
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).toMatch(/missing: the log cannot be read: ENOENT/);
    await writeFile(path.join(folder, 'missing.log'), ROUTE);
    expect(valueIn(await read(), 'log.lines', { backend: 'missing' })).toBe(1);
    await stop();
  });

  it('refuses a pattern that is no regular expression', () => {
    expect(() => logsSampler([], { a: '(' })).toThrow('Invalid regular expression');
  });
});
