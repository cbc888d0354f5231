import { describe, expect, it } from 'vitest';
import type { ConfigLayer } from '../../src/config/layer.js';
import { journalEvent, type NewEvent } from '../../src/journal/event.js';
import { type Check, type CheckResult, NEEDS } from '../../src/preflight/check.js';
import { type PreflightOptions, runPreflight } from '../../src/preflight/runner.js';
import { checkContext } from '../helpers/check-context.js';

function check(id: string, run: Check['run'] | CheckResult['status'], rest: Partial<Check> = {}): Check {
  const result = typeof run === 'string' ? async () => ({ status: run, observed: 'seen' }) : run;
  return { id, title: `Title of ${id}`, why: 'because', needs: [], run: result, ...rest };
}

async function runAll(checks: Check[], { layer, ...rest }: Partial<PreflightOptions> & { layer?: ConfigLayer } = {}) {
  const events: NewEvent[] = [];
  const outcome = await runPreflight({ checks, ctx: checkContext(layer), emit: (event) => events.push(event), ...rest });
  return { ...outcome, events, status: Object.fromEntries(outcome.results.map((result) => [result.check, result.status])) };
}

describe('runPreflight', () => {
  it('runs what may run at the same time, and tells each as it finishes; the journal has them in order', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = check('first', async () => {
      await gate;
      return { status: 'pass', observed: 'a', expected: 'b', remedy: 'c' };
    });
    const second = check('second', async () => {
      open();
      return { status: 'warn', observed: 'd' };
    });
    const told: string[] = [];
    const { events, results, passed } = await runAll([first, second], { onUpdate: (report) => told.push(report.check) });
    expect(passed).toBe(true);
    expect(told).toEqual(['second', 'first']);
    expect(results.map((result) => result.check)).toEqual(['first', 'second']);
    expect(events.map((event) => journalEvent.parse({ t: 1, ...event }).type)).toEqual(['check.result', 'check.result', 'preflight.end']);
    expect(events[0]).toMatchObject({
      check: 'first',
      title: 'Title of first',
      why: 'because',
      status: 'pass',
      expected: 'b',
      remedy: 'c',
    });
    expect(events[2]).toEqual({ type: 'preflight.end', passed: true });
  });

  it('starts a check only when those that it comes after are done', async () => {
    const order: string[] = [];
    const note = (id: string) => async (): Promise<CheckResult> => {
      order.push(id);
      return { status: 'pass', observed: '' };
    };
    await runAll([check('a', note('a')), check('b', note('b'), { after: ['a'] }), check('c', note('c'), { after: ['a', 'b'] })]);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('skips what comes after a failure, and what comes after that', async () => {
    const { status, results, passed } = await runAll([
      check('a', 'fail'),
      check('b', 'pass', { after: ['a'] }),
      check('c', 'pass', { after: ['b'] }),
      check('d', 'pass'),
    ]);
    expect(status).toEqual({ a: 'fail', b: 'skip', c: 'skip', d: 'pass' });
    expect(results[2]?.observed).toBe('not tried, since "Title of a" did not pass');
    expect(passed).toBe(false);
  });

  it('runs what comes after a warning or after a check that is not configured', async () => {
    const { status } = await runAll([
      check('a', 'warn'),
      check('b', 'pass', { needs: ['redis'] }),
      check('c', 'pass', { after: ['a', 'b'] }),
    ]);
    expect(status).toEqual({ a: 'warn', b: 'skip', c: 'pass' });
  });

  it.each([
    ['redis', /infrastructure\.redis\.url/],
    ['nginx', /infrastructure\.nginx\.config/],
    ['backends', /infrastructure\.backends/],
    ['accounts', /test_accounts/],
    ['docker', /infrastructure\.docker.*--docker/],
    ['cloudwatch', /monitoring\.cloudwatch\.instance_id.*--instance/],
    ['logs', /log, log_command or container of each of infrastructure\.backends/],
    ['canary', /infrastructure\.redis\.url.*--no-canary/],
  ] as const)('skips a check that needs %s where it is not configured, and says what to configure', async (need, reason) => {
    const { results } = await runAll([check('a', 'pass', { needs: ['target', need] })]);
    expect(results[0]).toMatchObject({ status: 'skip', observed: expect.stringMatching(reason), durationMs: 0 });
  });

  it('runs it where it is configured', async () => {
    const layer: ConfigLayer = {
      redis: { url: 'redis://127.0.0.1' },
      nginx: { config: '/n' },
      backends: [{ name: 'a' }, { name: 'b', log: '/l' }],
      accounts: [{ email: 'a@b.c', password: 'p' }],
      docker: {},
      cloudwatch: { instanceId: 'i-0123456789abcdef0' },
    };
    const { results } = await runAll([check('a', 'pass', { needs: NEEDS })], { layer });
    expect(results[0]).toMatchObject({ status: 'pass', observed: 'seen' });
  });

  it('skips all but what needs only a target where nothing else is configured', async () => {
    const checks = NEEDS.map((need) => check(need, 'pass', { needs: [need] }));
    const { status, passed, results } = await runAll([...checks, check('none', 'pass')]);
    const skipped = Object.fromEntries(NEEDS.filter((need) => need !== 'target' && need !== 'load').map((need) => [need, 'skip']));
    expect(status).toEqual({ ...skipped, target: 'pass', load: 'pass', none: 'pass' });
    // Under strict, too: what is not configured is nobody's failure.
    expect(passed).toBe(true);
    expect((await runAll(checks, { layer: { strict: true } })).passed).toBe(true);
    for (const { observed } of results) expect(observed).not.toContain('\n');
  });

  it.each<[CheckResult['status'], { recommended: boolean; strict: boolean }, boolean]>([
    ['pass', { recommended: false, strict: true }, true],
    ['warn', { recommended: false, strict: true }, true],
    ['skip', { recommended: false, strict: true }, true],
    ['fail', { recommended: false, strict: false }, false],
    ['fail', { recommended: false, strict: true }, false],
    ['error', { recommended: false, strict: false }, true],
    ['error', { recommended: false, strict: true }, false],
    ['fail', { recommended: true, strict: false }, true],
    ['fail', { recommended: true, strict: true }, true],
    ['error', { recommended: true, strict: true }, true],
  ])('with a check that ends as %s (%o) lets load be sent: %s', async (outcome, { recommended, strict }, lets) => {
    const { passed, status, events } = await runAll([check('a', outcome, { recommended })], { layer: { strict } });
    expect(passed).toBe(lets);
    expect(events.at(-1)).toEqual({ type: 'preflight.end', passed: lets });
    // However it counts, it is shown as it is.
    expect(status).toEqual({ a: outcome });
  });

  it('says of a result that its check is only recommended, and still skips what comes after it', async () => {
    const { results, status } = await runAll([check('a', 'fail', { recommended: true }), check('b', 'pass', { after: ['a'] })]);
    expect(results.map(({ recommended }) => recommended)).toEqual([true, undefined]);
    expect(status).toEqual({ a: 'fail', b: 'skip' });
  });

  it.each([
    ['the first', { a: ['b', 'c'] }],
    ['the others', { b: ['a'], c: ['a'] }],
  ])('keeps checks apart where %s says so, and no others', async (_, apart: Record<string, string[]>) => {
    const busy = new Set<string>();
    const together = new Set<string>();
    const checks = ['a', 'b', 'c', 'd'].map((id) =>
      check(
        id,
        async () => {
          busy.add(id);
          for (let turn = 0; turn < 20; turn++) {
            for (const other of busy) if (other !== id) together.add([id, other].sort().join(''));
            await new Promise(setImmediate);
          }
          busy.delete(id);
          return { status: 'pass', observed: '' };
        },
        { apart: apart[id] ?? [] },
      ),
    );
    const { status } = await runAll(checks);
    expect(status).toEqual({ a: 'pass', b: 'pass', c: 'pass', d: 'pass' });
    expect([...together].sort()).toEqual(['ad', 'bc', 'bd', 'cd']);
  });

  it("begins a check's deadline when its turn has come, and gives the turn on after a throw", async () => {
    const slow = check('a', async () => {
      await new Promise((resolve) => setTimeout(resolve, 80));
      throw new Error('broken');
    });
    const { status } = await runAll([slow, check('b', 'pass', { apart: ['a'], deadlineMs: 40 })]);
    expect(status).toEqual({ a: 'error', b: 'pass' });
  });

  it('tells of each check as it starts, and of none that is skipped', async () => {
    const started: string[] = [];
    const checks = [check('a', 'fail'), check('b', 'pass', { after: ['a'] }), check('c', 'pass', { needs: ['redis'] }), check('d', 'pass')];
    await runAll(checks, { skip: new Map([['d', 'not now']]), onStart: ({ id }) => started.push(id) });
    expect(started).toEqual(['a']);
  });

  it('skips what is not wanted, and runs what comes after it', async () => {
    const { status, results, passed } = await runAll([check('a', 'fail'), check('b', 'pass', { after: ['a'] })], {
      skip: new Map([['a', 'not now']]),
    });
    expect(status).toEqual({ a: 'skip', b: 'pass' });
    expect(results[0]?.observed).toBe('not now');
    expect(passed).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an unknown status', { status: 'ok', observed: 'fine' }],
    ['no observation', { status: 'pass' }],
  ])('makes %s as a result an error, as a check in plain JavaScript may give it', async (_, result) => {
    const { results } = await runAll([check('a', async () => result as unknown as CheckResult)]);
    expect(results[0]).toMatchObject({ status: 'error', observed: expect.stringMatching(/^could not be evaluated: its result/) });
  });

  it('makes a throw an error, which counts under strict only', async () => {
    const broken = check('a', () => Promise.reject(new Error('no such thing', { cause: new Error('ENOENT') })));
    const lenient = await runAll([broken]);
    expect(lenient.results[0]).toMatchObject({ status: 'error', observed: 'could not be evaluated: no such thing: ENOENT' });
    expect(lenient.passed).toBe(true);
    expect((await runAll([broken], { layer: { strict: true } })).passed).toBe(false);
  });

  it('makes a throw before the first await an error as well', async () => {
    const broken = check('a', () => {
      throw new Error('at once');
    });
    expect((await runAll([broken])).results[0]).toMatchObject({ status: 'error', observed: 'could not be evaluated: at once' });
  });

  it('makes a missed deadline an error, also of a check that heeds no signal', async () => {
    let signal: AbortSignal | undefined;
    const stuck = (own: AbortSignal) => {
      signal = own;
      return new Promise<CheckResult>(() => {});
    };
    const { results } = await runAll(
      [check('a', (ctx) => stuck(ctx.signal)), check('b', () => new Promise(() => {}), { deadlineMs: 30 })],
      {
        deadlineMs: 20,
      },
    );
    expect(results.map(({ status, observed }) => [status, observed])).toEqual([
      ['error', 'no result within 0.02 s'],
      ['error', 'no result within 0.03 s'],
    ]);
    expect(signal?.aborted).toBe(true);
  });

  it('ends at once when the run is stopped, and has not passed', async () => {
    const stop = new AbortController();
    const ctx = { ...checkContext(), signal: stop.signal };
    const hanging = check('a', () => {
      stop.abort('SIGINT');
      return new Promise(() => {});
    });
    const { status, passed } = await runAll([hanging, check('b', 'pass', { after: ['a'] })], { ctx });
    expect(status).toEqual({ a: 'error', b: 'skip' });
    expect(passed).toBe(false);
  });

  it('refuses a check that is after one that does not stand before it', async () => {
    await expect(runAll([check('a', 'pass', { after: ['b'] }), check('b', 'pass')])).rejects.toThrow('check a is after b');
  });
});
