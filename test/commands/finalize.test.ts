import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectCloudWatch } from '../../src/clients/cloudwatch.js';
import { finalize } from '../../src/commands/finalize.js';
import type { Io } from '../../src/commands/io.js';
import { ExitCode, type KnownError } from '../../src/errors.js';
import type { JournalEvent } from '../../src/journal/event.js';
import { cloudwatchSampler } from '../../src/samplers/cloudwatch.js';
import { AWS_SECRETS, withoutAws, withTestCredentials } from '../helpers/aws-env.js';
import { CloudWatchServer, PNG } from '../helpers/cloudwatch-server.js';
import { Evidence } from '../helpers/evidence.js';
import { startSampling } from '../helpers/sampling.js';
import { RUN_START, runStart, second } from '../verdict/journal-builder.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const INSTANCE = 'i-0123456789abcdef0';
const CPU = 'aws.ec2.cpu.utilization';

let server: CloudWatchServer;
let folder: string;
let said: string[];
let io: Io;
beforeEach(async () => {
  withTestCredentials();
  server = await CloudWatchServer.start();
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-finalize-'));
  said = [];
  io = {
    out: () => {},
    say: (line) => void said.push(line),
    progress: () => {},
    block: () => {},
    keys: () => () => {},
    env: {},
    isTerminal: false,
    outIsTerminal: false,
    colour: false,
    signal: new AbortController().signal,
  };
});
afterEach(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

/** When the run of a test began, on a full five minutes. */
function begin(ageMs: number): number {
  return Math.floor((Date.now() - ageMs) / (5 * MINUTE)) * 5 * MINUTE;
}

/** Stores one value for each minute, or each fifth, from an hour before the run to an hour after it. */
function storeCpu(start: number, every = 1, metric = 'CPUUtilization'): void {
  const points = Array.from({ length: 120 / every }, (_, index) => ({ t: start + (index * every - 60) * MINUTE, value: 40 }));
  server.store({ namespace: 'AWS/EC2', name: metric, dimensions: { InstanceId: INSTANCE }, points });
}

/** The datapoints that the run itself got when they came `lateMs` after their begin, from the sampler that it uses. */
async function sampledInTime(start: number, end: number, lateMs: number): Promise<JournalEvent[]> {
  const cpu = server.metrics.find(({ name }) => name === 'CPUUtilization');
  const clock = { now: start };
  server.now = () => clock.now;
  if (cpu !== undefined) cpu.lateMs = lateMs;
  const client = connectCloudWatch({ region: 'ap-northeast-2', endpoint: server.url });
  const sampler = await startSampling(
    cloudwatchSampler({ client, config: { instanceId: INSTANCE, metrics: [], settleSeconds: 0 }, now: () => clock.now }),
  );
  const events: JournalEvent[] = [];
  for (; clock.now <= end; clock.now += MINUTE) {
    for (const { t = 0, ...sample } of await sampler.read()) events.push({ type: 'sample', t, sampler: 'cloudwatch', samples: [sample] });
  }
  await sampler.stop();
  if (cpu !== undefined) cpu.lateMs = 0;
  server.now = Date.now;
  return events;
}

/** Writes the folder of a run with ten minutes of load. */
function writeRun(start: number, samples: readonly JournalEvent[], { config = {}, finished = true } = {}): void {
  const load = { from: start + 10_000, to: start + 10 * MINUTE };
  const one = second(0);
  const events: JournalEvent[] = [
    { ...runStart({ samplers: ['cloudwatch'] }), t: start },
    { type: 'load.start', t: load.from },
    { ...one, t: load.from + 1000, second: load.from / 1000 } as JournalEvent,
    { ...one, t: load.to - 1000, second: load.to / 1000 - 2 } as JournalEvent,
    { type: 'load.end', t: load.to, reason: 'completed' },
    ...samples,
    ...(finished ? [{ type: 'run.end', t: load.to + 1000, reason: 'completed' } as const] : []),
  ];
  writeFileSync(join(folder, 'journal.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const cloudwatch = { region: 'ap-northeast-2', endpoint: server.url, instanceId: INSTANCE, metrics: [], settleSeconds: 60 };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ target: 'ws://127.0.0.1', cloudwatch, ...config }));
}

async function refusal(): Promise<KnownError> {
  return await finalize(folder, io).then(
    () => Promise.reject(new Error('it was not refused')),
    (error: KnownError) => error,
  );
}

/** The datapoints of CPUUtilization in the journal, by the minute of the run and with their period. */
function cpuOf(start: number): string[] {
  return new Evidence(folder)
    .of('sample')
    .flatMap(({ t, samples }) =>
      samples.filter(({ name }) => name === CPU).map(({ attributes }) => `${(t - start) / MINUTE} ${attributes?.period}`),
    );
}

const minutes = (count: number) => Array.from({ length: count }, (_, index) => `${index} 60`);

describe('finalize', () => {
  it('adds the datapoints that came after the run, with their own times, and judges anew', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    const inTime = await sampledInTime(start, start + 10 * MINUTE, 5 * MINUTE);
    expect(inTime).toHaveLength(6);
    writeRun(start, inTime);
    await finalize(folder, io);
    expect(cpuOf(start)).toEqual(minutes(10));
    const [event] = new Evidence(folder).of('run.finalize');
    expect(event?.message).toBe('4 datapoints of CloudWatch added');
    expect(said).toContain('4 datapoints of CloudWatch added');
    expect(said.at(-1)).toBe(folder);
    const rows: { id: string; status: string }[] = new Evidence(folder).json('verdict.json').criteria;
    expect(rows.find(({ id }) => id === 'host_cpu')?.status).toBe('pass');
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('adds nothing when it is run once more', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    writeRun(start, []);
    const code = await finalize(folder, io);
    const once = readFileSync(join(folder, 'journal.ndjson'), 'utf8');
    const verdict = readFileSync(join(folder, 'verdict.json'), 'utf8');
    expect(await finalize(folder, io)).toBe(code);
    expect(readFileSync(join(folder, 'journal.ndjson'), 'utf8')).toBe(once);
    expect(readFileSync(join(folder, 'verdict.json'), 'utf8')).toBe(verdict);
    expect(said).toContain('CloudWatch has no datapoint that the run does not have');
  });

  it('adds what came when it is run again later, and says what is still missing', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    const [cpu] = server.metrics;
    const all = cpu?.points ?? [];
    if (cpu) cpu.points = all.filter(({ t }) => t < start + 3 * MINUTE);
    writeRun(start, []);
    await finalize(folder, io);
    if (cpu) cpu.points = all;
    await finalize(folder, io);
    expect(new Evidence(folder).of('run.finalize').map(({ message }) => message)).toEqual([
      `3 datapoints of CloudWatch added; still missing: 7 of CPUUtilization (instance ${INSTANCE})`,
      '7 datapoints of CloudWatch added',
    ]);
    expect(cpuOf(start)).toEqual(minutes(10));
  });

  it('keeps the picture and the datapoints as CloudWatch gives them', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    writeRun(start, []);
    await finalize(folder, io);
    expect(readFileSync(join(folder, 'cloudwatch', 'finalize.png'))).toEqual(PNG);
    expect(new Evidence(folder).json('cloudwatch/metrics-finalize.json').metrics[0].datapoints.at(-1).value).toBe(40);
    expect(new Evidence(folder).of('evidence.file').map(({ path, status }) => `${path} ${status}`)).toEqual([
      'cloudwatch/finalize.png ok',
      'cloudwatch/metrics-finalize.json ok',
    ]);
    for (const text of Object.values(new Evidence(folder).files())) {
      for (const secret of Object.values(AWS_SECRETS)) expect(text).not.toContain(secret);
    }
  });

  it('asks for periods of five minutes when the run is older than 15 days, and not for what is there already', async () => {
    const start = begin(20 * DAY);
    storeCpu(start);
    writeRun(start, []);
    await finalize(folder, io);
    expect(cpuOf(start)).toEqual(['0 300', '5 300']);
    writeRun(
      start,
      minutes(7).map((_, minute) => sampleAt(start + minute * MINUTE)),
    );
    await finalize(folder, io);
    expect(cpuOf(start)).toEqual([...minutes(7), '5 300']);
  });

  it('goes on behind a torn last line, and says so', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    writeRun(start, []);
    appendFileSync(join(folder, 'journal.ndjson'), '{"type":"sample","t":17');
    await finalize(folder, io);
    expect(cpuOf(start)).toEqual(minutes(10));
    expect(said).toContain("the journal's last line was torn: 23 bytes were cut off");
  });

  it('refuses a run that has not finished', async () => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    writeRun(start, [], { finished: false });
    const error = await refusal();
    expect(error.exitCode).toBe(ExitCode.usage);
    expect(error.message).toContain('the run has not finished');
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['no CloudWatch', { config: { cloudwatch: undefined } }, 'this run had no CloudWatch'],
    ['another configuration', { config: { cloudwatch: { metrics: 'CPU' } } }, 'config.json: cloudwatch.metrics: '],
  ])('refuses a run with %s', async (_, options, message) => {
    writeRun(RUN_START, [], options);
    const error = await refusal();
    expect(error.exitCode).toBe(ExitCode.usage);
    expect(error.message).toContain(message);
  });

  it('refuses a folder that is none of a run', async () => {
    const error = await refusal();
    expect(error.exitCode).toBe(ExitCode.usage);
    expect(error.message).toContain('is not the folder of a run');
  });

  it.each([
    ['no credentials', () => withoutAws(), ExitCode.usage, /^no AWS credentials/],
    ['a refusal', () => server.fail('GetMetricData', 'denied'), ExitCode.usage, /may not call cloudwatch:GetMetricData/],
  ])('leaves the run as it is when there are %s', async (_, prepare, exitCode, message) => {
    const start = begin(3 * 60 * MINUTE);
    storeCpu(start);
    writeRun(start, []);
    const before = readFileSync(join(folder, 'journal.ndjson'), 'utf8');
    prepare();
    const error = await refusal();
    expect(error.exitCode).toBe(exitCode);
    expect(error.message).toMatch(message);
    expect(readFileSync(join(folder, 'journal.ndjson'), 'utf8')).toBe(before);
  });
});

function sampleAt(t: number): JournalEvent {
  const attributes = { instance: INSTANCE, period: '60' };
  return { type: 'sample', t, sampler: 'cloudwatch', samples: [{ name: CPU, value: 0.4, attributes }] };
}
