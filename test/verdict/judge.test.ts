import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { judge } from '../../src/verdict/judge.js';
import type { RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { CRITERIA, check, healthyRun, LOAD_END, LOAD_START, RUN_START, rewrite, runStart, taskSecond } from './journal-builder.js';

const judged = (events: JournalEvent[]): RunResult => judge(summarize(events));
const codes = ({ reasons }: RunResult): string[] => reasons.map(({ code }) => code);
const start = (rest: Partial<Extract<JournalEvent, { type: 'run.start' }>>, events = healthyRun()): JournalEvent[] =>
  rewrite(events, (event) => (event.type === 'run.start' ? { ...event, ...rest } : event));
const failing = (events: JournalEvent[]): JournalEvent[] =>
  rewrite(events, (event) =>
    event.type === 'load.second'
      ? { ...event, tasks: { ...event.tasks, ping: taskSecond([800, 1], { failures: { timeout: 1 } }) } }
      : event,
  );

describe('the verdict', () => {
  it('is PASS when everything holds', () => {
    const result = judged(healthyRun());
    expect(result).toMatchObject({ verdict: 'PASS', reasons: [{ code: 'all_hold', text: 'all 7 required criteria hold' }], warnings: [] });
    expect(result.criteria.map(({ id, status }) => [id, status])).toEqual(
      [
        ...['connect_success_rate', 'connect_p95', 'start_navigation_p95', 'location_update_p95', 'error_rate', 'publish_failures'],
        'generator_health',
        ...['backend_cpu', 'backend_memory', 'redis_clients', 'redis_memory', 'pubsub_subscribers', 'nginx_connections', 'identity'],
      ].map((id) => [id, 'pass']),
    );
  });

  it('is the same when the events come through JSON', () => {
    expect(judged(JSON.parse(JSON.stringify(healthyRun())) as JournalEvent[])).toEqual(judged(healthyRun()));
  });

  it('is FAIL before it is INCONCLUSIVE', () => {
    const cut = failing(healthyRun()).filter(({ t }) => t <= LOAD_START + 9000);
    const result = judged(cut);
    expect(result.verdict).toBe('FAIL');
    expect(codes(result)).toEqual(['error_rate', 'cut_off', 'publish_failures']);
  });

  it('is INCONCLUSIVE for a run that was cut off, wherever that was', () => {
    const events = healthyRun();
    for (let length = 1; length < events.length; length++) {
      const result = judged(events.slice(0, length));
      expect(result.verdict).toBe('INCONCLUSIVE');
      expect(result.ended).toBeNull();
      expect(codes(result)[0]).toBe('cut_off');
      expect(result.reasons[0]?.text).toMatch(/^the run was cut off/);
    }
  });

  it('is INCONCLUSIVE for a run that was stopped before its plan ended', () => {
    const stopped = rewrite(healthyRun(), (event) => {
      if (event.type === 'load.end') return { ...event, reason: 'stopped' };
      if (event.type === 'run.end') return { ...event, reason: 'signal', signal: 'SIGINT' };
      return event;
    });
    expect(judged(stopped)).toMatchObject({
      verdict: 'INCONCLUSIVE',
      reasons: [{ code: 'stopped', text: 'the load was stopped before its plan ended by SIGINT' }],
    });
    expect(judged(failing(stopped)).verdict).toBe('FAIL');
  });

  it('is INCONCLUSIVE for a run that an abort rule stopped, and FAIL when what it saw is proven of the whole', () => {
    const aborted = rewrite(healthyRun(), (event) => {
      if (event.type === 'load.end') return { ...event, reason: 'stopped' };
      if (event.type === 'run.end') return { ...event, reason: 'aborted', message: 'error_rate: over the last 5 s …' };
      return event;
    });
    const reason = { code: 'aborted', text: 'an abort rule stopped the load before its plan ended: error_rate: over the last 5 s …' };
    expect(judged(aborted)).toMatchObject({ verdict: 'INCONCLUSIVE', reasons: [reason], ended: { reason: 'aborted' } });
    const proven = judged(failing(aborted));
    expect(proven.verdict).toBe('FAIL');
    expect(proven.reasons[0]?.code).toBe('error_rate');
    expect(proven.reasons).toContainEqual(reason);
  });

  it('is INCONCLUSIVE when the load or the run ended with an error, or the end of the load is missing', () => {
    const loadError = rewrite(healthyRun(), (event) =>
      event.type === 'load.end' ? { ...event, reason: 'error', message: 'worker exited' } : event,
    );
    expect(judged(loadError)).toMatchObject({
      verdict: 'INCONCLUSIVE',
      reasons: [{ code: 'load_error', text: /worker exited/ }].map(() => ({ code: 'load_error' })),
    });
    const runError = rewrite(healthyRun(), (event) =>
      event.type === 'run.end' ? { ...event, reason: 'error', message: 'disk full' } : event,
    );
    expect(judged(runError).reasons).toEqual([{ code: 'run_error', text: 'the run ended with an error: disk full' }]);
    const noEnd = healthyRun().filter(({ type }) => type !== 'load.end');
    expect(codes(judged(noEnd))).toEqual(['load_cut_off', 'publish_failures']);
  });

  it('is INCONCLUSIVE without load, for the reason why there was none', () => {
    const end = (reason: 'preflight_failed' | 'signal' | 'error', rest = {}): JournalEvent => ({
      type: 'run.end',
      t: RUN_START + 3000,
      reason,
      ...rest,
    });
    const failed = judged([
      runStart(),
      check({ status: 'fail', title: 'Redis reachable' }),
      { type: 'preflight.end', t: RUN_START + 2000, passed: false },
      end('preflight_failed'),
    ]);
    expect(failed).toMatchObject({
      verdict: 'INCONCLUSIVE',
      reasons: [{ code: 'preflight_failed', text: 'pre-flight failed, so no load was sent: Redis reachable' }],
    });
    expect(failed.criteria.every(({ status }) => status === 'inconclusive')).toBe(true);
    expect(judged([runStart(), end('signal', { signal: 'SIGTERM' })]).reasons[0]?.text).toMatch(/SIGTERM/);
    expect(codes(judged([runStart(), end('error', { message: 'x' })]))).toEqual(['no_load']);
  });

  it('is INCONCLUSIVE for a criterion without a rule', () => {
    const result = judged(start({ criteria: { ...CRITERIA, unknown: { memory_leak: 5 } } }));
    expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', reasons: [{ code: 'unknown.memory_leak' }] });
    expect(result.criteria.find(({ id }) => id === 'unknown.memory_leak')).toMatchObject({ required: true, status: 'inconclusive' });
  });

  it('is INCONCLUSIVE when the journal does not hold the limits', () => {
    expect(codes(judged(start({ criteria: {} })))).toEqual(['connect_success_rate', 'connect_p95', 'error_rate', 'publish_failures']);
  });
});

describe('the warnings', () => {
  it('say where the clock of the intended send would change the answer, and only there', () => {
    const intended = (micros: number): JournalEvent[] =>
      rewrite(healthyRun(), (event) =>
        event.type === 'load.second'
          ? { ...event, tasks: { ...event.tasks, location_update: taskSecond([1000, 4], { intended: [micros, 4] }) } }
          : event,
      );
    expect(judged(intended(299_000)).warnings).toEqual([]);
    expect(judged(intended(450_048))).toMatchObject({
      verdict: 'PASS',
      warnings: [
        {
          code: 'intended.location_update_p95',
          text: expect.stringMatching(
            /^location_update \(p95\) is 1 ms from the actual send, but 450 ms from the intended one, which would not be < 300 ms/,
          ),
        },
      ],
    });
  });

  it('say when users were added or taken away, and the events say when', () => {
    const adjust = (t: number, users: number): JournalEvent => ({ type: 'load.adjust', t, users });
    const adjusted = [...healthyRun(), adjust(LOAD_START + 3500, 2), adjust(LOAD_START + 7500, -1), adjust(LOAD_START + 9500, 0)];
    const result = judged(adjusted.sort((a, b) => a.t - b.t));
    expect(result.warnings).toEqual([{ code: 'adjusted', text: 'the plan was changed 3 times while it ran, by -1 to +2 users' }]);
    expect(result.events.map(({ t, text }) => [t - LOAD_START, text])).toEqual([
      [-10_000, 'the run began'],
      [-8000, 'pre-flight passed'],
      [0, 'the load began'],
      [0, 'stage ramp began: 6 users at 6 a second'],
      [3500, '2 users more than planned'],
      [7500, '1 user fewer than planned'],
      [9500, 'users as planned again'],
      [20_000, 'the load ended: completed'],
      [21_500, 'the run ended: completed'],
    ]);
  });
});

describe('recommended ranges', () => {
  const loaded = (value: number): JournalEvent[] =>
    rewrite(healthyRun(), (event) =>
      event.type === 'sample'
        ? {
            ...event,
            samples: event.samples.map((one) =>
              one.name === 'process.cpu.utilization' && one.attributes?.backend === 'fastapi-2' ? { ...one, value } : one,
            ),
          }
        : event,
    );
  const cpu = (events: JournalEvent[]) => judged(events).criteria.find(({ id }) => id === 'backend_cpu');

  it('warn between their limits and beyond, without changing the verdict', () => {
    expect(cpu(loaded(0.7))).toMatchObject({ status: 'pass', observed: '70 %' });
    expect(cpu(loaded(0.8))).toMatchObject({
      status: 'warn',
      critical: false,
      required: false,
      evidence: expect.stringContaining('fastapi-2, the worst of 3 backends'),
    });
    expect(cpu(loaded(0.9))).toMatchObject({ status: 'warn', critical: true });
    expect(judged(loaded(0.9))).toMatchObject({
      verdict: 'PASS',
      warnings: [{ code: 'backend_cpu', text: 'Backend CPU is critical: 90 %, should be ≤ 70 % (critical > 85 %)' }],
    });
  });

  it('are not passed by backends that were not measured', () => {
    const blind = rewrite(healthyRun(), (event) =>
      event.type === 'sample'
        ? { ...event, samples: event.samples.filter(({ attributes }) => attributes?.backend !== 'fastapi-3') }
        : event,
    );
    expect(cpu(blind)).toMatchObject({ status: 'inconclusive', evidence: expect.stringContaining('no samples of fastapi-3') });
  });

  it('are inconclusive without samples or with less than half of them', () => {
    const without = healthyRun().filter((event) => event.type !== 'sample' || event.sampler !== 'redis');
    const few = healthyRun().filter((event) => event.type !== 'sample' || event.sampler !== 'redis' || event.t > LOAD_END - 6000);
    for (const events of [without, few]) {
      expect(judged(events)).toMatchObject({ verdict: 'PASS' });
      expect(judged(events).criteria.find(({ id }) => id === 'redis_clients')).toMatchObject({ status: 'inconclusive' });
    }
  });

  it('count in a strict run, where a warning is a failure and a gap in the evidence is INCONCLUSIVE', () => {
    expect(judged(start({ strict: true })).verdict).toBe('PASS');
    expect(judged(start({ strict: true }, loaded(0.8)))).toMatchObject({ verdict: 'FAIL', reasons: [{ code: 'backend_cpu' }] });
    const without = healthyRun().filter((event) => event.type !== 'sample' || event.sampler !== 'redis');
    expect(judged(start({ strict: true }, without))).toMatchObject({ verdict: 'INCONCLUSIVE' });
  });
});

describe('checks', () => {
  const withCheck = (status: 'warn' | 'error' | 'skip', strict: boolean): RunResult =>
    judged(
      start(
        { strict },
        rewrite(healthyRun(), (event) => (event.type === 'check.result' ? { ...event, status } : event)),
      ),
    );

  it('that warn or could not be evaluated are warnings', () => {
    for (const status of ['warn', 'error'] as const) {
      expect(withCheck(status, false)).toMatchObject({ verdict: 'PASS', warnings: [{ code: 'check.target-reachable' }] });
    }
    expect(withCheck('skip', false).warnings).toEqual([]);
  });

  it('count in a strict run', () => {
    expect(withCheck('warn', true).verdict).toBe('FAIL');
    expect(withCheck('error', true).verdict).toBe('INCONCLUSIVE');
    expect(withCheck('skip', true).verdict).toBe('PASS');
  });
});
