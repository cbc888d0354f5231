import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import check, { judgePatterns, type PatternFacts } from '../../checks/log-patterns.js';
import { type Backend, KINDMAP_LOG_PATTERNS } from '../../src/config/config.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import type { CheckContext } from '../../src/preflight/check.js';
import { checkContext } from '../helpers/check-context.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { Containers } from '../stack/one-container.js';

const describeDocker = await engineOrSkip();

const STAMP = '2026-01-31 12:00:00 - app.websocket - INFO - ';
const LINES = [
  `${STAMP}클라이언트 연결: temp_1 총 1/1000 개 연결`,
  `${STAMP}경로 계산 완료: route_id=0c1d2e3f-aaaa-4bbb-8ccc-000000000001, 3개 경로 반환`,
  `${STAMP}WebSocket 정상 종료: temp_1`,
];
const LOG = `${LINES.join('\n')}\n`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-log-patterns-'));
  file = path.join(folder, 'a.log');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const run = (backends: Backend[], layer: ConfigLayer = {}, changes: Partial<CheckContext> = {}) =>
  check.run(checkContext({ backends, ...layer }, { env: process.env, ...changes }));
const runOnFile = (layer: ConfigLayer = {}) => run([{ name: 'a', log: file }], layer);
const patterns = (logPatterns: Record<string, string>): ConfigLayer => ({ monitoring: { logPatterns } });

describe('log-patterns', () => {
  it('passes when the proof is there, and says which patterns are not', async () => {
    await writeFile(file, LOG);
    const result = await runOnFile();
    expect(result).toMatchObject({ status: 'pass' });
    expect(result).not.toHaveProperty('remedy');
    expect(result.observed).toContain(
      'a 3 past lines; route_calculated seen in a; also seen: client_connected, ws_closed; publish_failed not seen, as it should',
    );
    expect(result.observed).toMatch(/the guide's own, .*: guide_ws_connected, guide_ws_connect_failed, guide_publish, guide_cache_hit$/);
  });

  it('fails for a proof that is never written, shows what is, and passes with it mended', async () => {
    await writeFile(file, LOG);
    const result = await runOnFile(patterns({ route_calculated: '경로 계산 성공' }));
    expect(result).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(/^no line of route_calculated \(경로 계산 성공\).*a log pattern that is never written/),
    });
    // The likest line first.
    expect(result.remedy).toMatch(
      /^mend monitoring\.log_patterns\.route_calculated .*for example: [^|]*경로 계산 완료[^|]* \| [^|]* \| [^|]*$/,
    );
    expect(await runOnFile(patterns({ route_calculated: '경로 계산 완료' }))).toMatchObject({ status: 'pass' });
  });

  it('waits for a line that is still on its way', async () => {
    await writeFile(file, `${LINES[0]}\n`);
    const checked = runOnFile();
    await sleep(100);
    await appendFile(file, `${LINES[1]}\n`);
    expect(await checked).toMatchObject({ status: 'pass' });
  });

  it('warns of a pattern of ones own that is not seen', async () => {
    await writeFile(file, LOG);
    const result = await runOnFile(patterns({ slow: 'SLOW QUERY', closed: '정상 종료' }));
    expect(result).toMatchObject({
      status: 'warn',
      remedy: expect.stringMatching(/^compare slow \(SLOW QUERY\) under monitoring\.log_patterns/),
    });
  });

  it('looks further back for a pattern of ones own', async () => {
    const filler = `${'x'.repeat(1023)}\n`.repeat(2 * 1024);
    await writeFile(file, `SLOW QUERY\n${filler}${LOG}`);
    expect(await runOnFile(patterns({ slow: 'SLOW QUERY' }))).toMatchObject({ status: 'pass', observed: expect.stringContaining('slow') });
  });

  it('warns where the log that has the proof is an old one', async () => {
    await writeFile(file, LOG);
    const hoursAgo = Date.now() / 1000 - 3 * 3600;
    await utimes(file, hoursAgo, hoursAgo);
    expect(await runOnFile()).toMatchObject({ status: 'warn', observed: expect.stringContaining('the last 180 minutes') });
  });

  it('reads the end of a large log only', async () => {
    const filler = `${'x'.repeat(1023)}\n`.repeat(9 * 1024);
    await writeFile(file, `${LINES[1]}\n${filler}`);
    expect(await runOnFile()).toMatchObject({ status: 'fail' });
    await appendFile(file, `${LINES[1]}\n`);
    expect(await runOnFile()).toMatchObject({ status: 'pass' });
  });

  it('says so where the log is empty', async () => {
    await writeFile(file, '');
    expect(await runOnFile()).toMatchObject({ status: 'fail', observed: expect.stringContaining('no line at all') });
  });

  it('does not demand the line of a route that nobody made', async () => {
    await writeFile(file, `${LINES[0]}\n`);
    expect(await run([{ name: 'a', log: file }], { target: '' })).toMatchObject({ status: 'warn' });
  });

  it('makes a route while a command follows that shows nothing of the past', async () => {
    await writeFile(file, LOG);
    const follow = ['tail', '-n', '0', '-F', file];
    let made = 0;
    const roundTrips = async () => {
      made++;
      await appendFile(file, `${LINES[1]}\n`);
      return [];
    };
    expect(await run([{ name: 'a', logCommand: follow }], {}, { roundTrips })).toMatchObject({ status: 'pass' });
    expect(made).toBe(1);
    expect(await run([{ name: 'a', logCommand: ['tail', '-n', '99', '-F', file] }], {}, { roundTrips })).toMatchObject({ status: 'pass' });
    expect(made).toBe(1);
  });

  it('is skipped where no log or no pattern is named', async () => {
    expect(await run([{ name: 'a' }])).toMatchObject({ status: 'skip' });
    const ctx = checkContext({ backends: [{ name: 'a', log: file }] });
    const config = {
      ...ctx.config,
      criteria: { ...ctx.config.criteria, logProof: null },
      monitoring: { ...ctx.config.monitoring, logPatterns: {} },
    };
    expect(await check.run({ ...ctx, config })).toMatchObject({
      status: 'skip',
      observed: expect.stringContaining('monitoring.log_patterns'),
    });
  });
});

describe('judgePatterns', () => {
  const tail = (backend: string, ...lines: string[]) => ({ backend, lines: lines.map((text) => ({ text })) });
  const base: PatternFacts = {
    patterns: KINDMAP_LOG_PATTERNS,
    proof: 'route_calculated',
    isCaused: true,
    tails: [tail('a', ...LINES)],
    now: 0,
  };
  it.each<[string, Partial<PatternFacts>, string, RegExp]>([
    ['one backend with the proof', { tails: [tail('a'), tail('b', ...LINES)] }, 'pass', /route_calculated seen in b/],
    ['no proof to be given', { proof: undefined, tails: [tail('a', 'x')] }, 'pass', /a 1 past lines/],
    ['a proof without a pattern', { proof: 'nobody' }, 'fail', /there is no pattern nobody/],
    ['failures that were seen', { tails: [tail('a', ...LINES, `${STAMP}메시지 발행 실패: x`)] }, 'pass', /also seen: publish_failed/],
    ['nothing seen and nothing caused', { isCaused: false, tails: [tail('a', 'x')] }, 'warn', /nobody caused one/],
  ])('judges %s', (_, change, status, observed) => {
    expect(judgePatterns({ ...base, ...change })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  it('shows no secret of a line, and no line in full that is long', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    const lines = [
      `GET /ws/1?token=s3cr3t&x=1 HTTP`,
      `bearer ${jwt} seen`,
      `redis://u:pa55@host "password": "pa55" ${'long '.repeat(100)}`,
    ];
    const { remedy = '' } = judgePatterns({ ...base, tails: [tail('a', ...lines)] });
    for (const secret of ['s3cr3t', 'eyJ', 'pa55']) expect(remedy).not.toContain(secret);
    expect(remedy).toContain('?token=<redacted>&x=1 HTTP');
    expect(remedy.length).toBeLessThan(800);
  });
});

describeDocker('log-patterns on containers', { timeout: 60_000 }, () => {
  let containers: Containers;
  beforeAll(async () => {
    containers = await Containers.prepare();
  }, 180_000);
  afterAll(() => containers.end());

  it('finds the proof on stderr of one of them, among very many lines', async () => {
    const wait = 'setInterval(() => {}, 1000);';
    const busy = await containers.run(
      'busy',
      `for (let i = 0; i < 30000; i++) console.error('line ' + i); console.error(${JSON.stringify(LINES[1])}); ${wait}`,
    );
    const other = await containers.run('other', `console.error(${JSON.stringify(LINES[0])}); ${wait}`);
    const last = async (name: string) => (await promisify(execFile)('docker', ['logs', '--tail', '1', name])).stderr;
    await until('all lines', async () => (await last(busy)).includes(LINES[1] ?? '') && (await last(other)).includes(LINES[0] ?? ''));
    const backends = [
      { name: 'a', container: busy },
      { name: 'b', container: other },
    ];
    const result = await run(backends);
    expect(result).toMatchObject({
      status: 'pass',
      observed: expect.stringContaining('route_calculated seen in a; also seen: client_connected'),
    });
    expect(await run(backends, patterns({ route_calculated: '경로 계산 성공' }))).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('a 20000, b 1 past lines'),
      remedy: expect.stringContaining('경로 계산 완료'),
    });
  });
});
