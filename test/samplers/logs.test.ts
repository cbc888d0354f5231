import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
    const { read, problems, stop } = await startSampling(logsSampler({ sources, patterns: PATTERNS }));
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
    const { read, problems, stop } = await startSampling(logsSampler({ sources, patterns: PATTERNS }));
    await appendFile(good, ROUTE);
    const readings = await read();
    expect(new Set(readings.map(({ attributes }) => attributes?.backend))).toEqual(new Set(['good']));
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).toMatch(/missing: the log cannot be read: ENOENT/);
    await writeFile(path.join(folder, 'missing.log'), ROUTE);
    expect(valueIn(await read(), 'log.lines', { backend: 'missing' })).toBe(1);
    await stop();
  });

  it('tells the first three examples of each pattern, and only the beginning of a long one', async () => {
    const log = path.join(folder, 'api.log');
    await writeFile(log, '');
    const { read, examples, stop } = await startSampling(logsSampler({ sources: [{ name: 'api', log }], patterns: { a: '^a', b: 'b' } }));
    await appendFile(log, `a1\na2\na3\n${'b '.repeat(400)}secret\n`);
    await read();
    await appendFile(log, 'a4\nab\n');
    await read();
    expect(examples.map(({ pattern, line }) => `${pattern} ${line.slice(0, 3)}`)).toEqual(['a a1', 'a a2', 'a a3', 'b b b', 'b ab']);
    expect(examples[3]?.line).toHaveLength(499);
    expect(examples[3]?.line).toMatch(/b …$/);
    await stop();
  });

  it('keeps the logs, and says of which it has nothing', async () => {
    const log = path.join(folder, 'good.log');
    await writeFile(log, 'before\n');
    const sources = [
      { name: 'good', log },
      { name: 'bad', log: path.join(folder, 'missing.log') },
      { name: 'x/y', log },
    ];
    const sampler = logsSampler({
      sources,
      patterns: {},
      archive: { folder, redact: (text) => text.replace('key', '<redacted>'), budgetBytes: 1000 },
    });
    const { ctx, read, stop } = await startSampling(sampler);
    expect(await sampler.snapshot?.('before', ctx)).toEqual([]);
    await appendFile(log, 'one\nthe key\nhalf a');
    await read();
    const [good, bad, odd] = (await sampler.snapshot?.('after', ctx)) ?? [];
    expect(good).toEqual({ path: 'logs/good.log.gz', status: 'ok' });
    expect(bad).toEqual({ path: 'logs/bad.log.gz', status: 'missing', reason: expect.stringContaining('ENOENT') });
    expect(odd?.path).toMatch(/^logs\/x_y-[0-9a-f]{8}\.log\.gz$/);
    for (const { path: kept } of [good, odd].filter((file) => file !== undefined)) {
      expect(gunzipSync(await readFile(path.join(folder, kept))).toString()).toBe('one\nthe <redacted>\n');
    }
    await stop();
  });

  it('says that nothing was missed when readings were left out and the log was read on', async () => {
    const log = path.join(folder, 'api.log');
    await writeFile(log, '');
    const { read, notes, problems, stop } = await startSampling(logsSampler({ sources: [{ name: 'api', log }], patterns: {} }));
    await read();
    await appendFile(log, 'one\n');
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
    expect(valueIn(await read(), 'log.lines')).toBe(1);
    vi.useRealTimers();
    expect(problems).toEqual([]);
    expect(notes).toEqual([{ component: 'api', what: 'log-continuous', detail: expect.stringMatching(/^\S+Z\.\.\S+Z$/) }]);
    await stop();
  });

  it('refuses a pattern that is no regular expression', () => {
    expect(() => logsSampler({ sources: [], patterns: { a: '(' } })).toThrow('Invalid regular expression');
  });
});
