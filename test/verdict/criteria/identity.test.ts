import { describe, expect, it } from 'vitest';
import type { ComponentIdentity, JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { healthyRun, identityAt, LOAD_END, LOAD_START, rewrite } from '../journal-builder.js';

const judged = (events: JournalEvent[]) => judge(summarize(events));
const row = (events: JournalEvent[]) => judged(events).criteria.find(({ id }) => id === 'identity');
/** The healthy run on containers; `change` is what each of them is at the end. */
const run = (change: (component: ComponentIdentity) => ComponentIdentity | undefined): JournalEvent[] =>
  rewrite(healthyRun(), (event) => {
    if (event.type !== 'target.identity') return event;
    const container = (one: ComponentIdentity): ComponentIdentity => ({
      ...one,
      source: 'docker',
      id: 'ab'.repeat(32),
      image: 'sha256:1',
      startedAt: '2026-01-31T11:00:00Z',
      restartCount: 0,
    });
    return identityAt(event.phase, (one) => (event.phase === 'end' ? change(container(one)) : container(one)));
  });
const second = (rest: Partial<ComponentIdentity>) =>
  run((component) => (component.name === 'fastapi-2' ? { ...component, ...rest } : component));

describe('the target stayed the same', () => {
  it('when every component is at the end what it was at the start', () => {
    expect(row(run((component) => component))).toMatchObject({ status: 'pass', value: 0 });
  });

  it('is a warning that says what was restarted or replaced, and does not change the verdict', () => {
    const restarted = second({ restartCount: 1, startedAt: '2026-01-31T12:00:15Z' });
    expect(row(restarted)).toMatchObject({
      status: 'warn',
      observed: '1 changed',
      evidence: 'fastapi-2 was restarted (RestartCount 0 → 1, started at 2026-01-31T12:00:15Z)',
    });
    expect(judged(restarted)).toMatchObject({
      verdict: 'PASS',
      warnings: [{ code: 'identity', text: expect.stringMatching(/^the target did not stay the same: fastapi-2 was restarted/) }],
    });
    expect(row(second({ startedAt: '2026-01-31T12:00:15Z' }))?.evidence).toBe(
      'fastapi-2 was restarted (started at 2026-01-31T11:00:00Z → 2026-01-31T12:00:15Z)',
    );
    expect(row(second({ id: 'cd'.repeat(32), image: 'sha256:2' }))?.evidence).toBe(
      'fastapi-2 was replaced (docker abababababab → cdcdcdcdcdcd, image sha256:1 → sha256:2, started at 2026-01-31T11:00:00Z)',
    );
    expect(row(second({ image: 'sha256:2' }))?.evidence).toBe('fastapi-2 runs another one (image sha256:1 → sha256:2)');
  });

  it('is open when a component was not read at one of the two ends', () => {
    const gone = run((component) => (component.name === 'fastapi-3' ? undefined : component));
    expect(row(gone)).toMatchObject({ status: 'inconclusive', evidence: 'fastapi-3 not identified after the load' });
    const never = healthyRun().filter(({ type }) => type !== 'target.identity');
    expect(row(never)).toMatchObject({
      status: 'inconclusive',
      evidence: 'fastapi-1, fastapi-2, fastapi-3 not identified at either end',
    });
  });

  it('is proven not to be by an event in between, however it was read, and only by one during the load', () => {
    const died = (t: number, what: string): JournalEvent => ({
      type: 'target.event',
      t,
      sampler: 'containers',
      component: 'fastapi-1',
      what,
    });
    const with1 = (event: JournalEvent) => [...healthyRun().filter(({ type }) => type !== 'target.identity'), event];
    expect(row(with1(died(LOAD_START + 4000, 'oom')))).toMatchObject({
      status: 'warn',
      evidence: expect.stringMatching(/^during the load: fastapi-1 oom at 12:00:14\.000 UTC; .*not identified at either end$/),
    });
    expect(row([...healthyRun(), died(LOAD_END + 4000, 'die')])).toMatchObject({ status: 'pass' });
    expect(row([...healthyRun(), died(LOAD_START + 4000, 'unhealthy')])).toMatchObject({ status: 'pass' });
  });

  it('has no row where nothing is known of any infrastructure', () => {
    const bare = rewrite(healthyRun(), (event) => {
      if (event.type === 'target.identity') return undefined;
      return event.type === 'run.start' ? { ...event, backends: [] } : event;
    });
    expect(row(bare)).toBeUndefined();
  });
});
