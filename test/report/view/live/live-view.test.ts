import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../../../src/dashboard/diff.js';
import type { RunState, ToPage } from '../../../../src/dashboard/protocol.js';
import { elapsedSeconds, type LiveView, NOTHING_YET, progressOf, receive } from '../../../../src/report/view/live/live-view.js';
import type { PageModel } from '../../../../src/report/view/model.js';

const run: RunState = { id: 'run-1', state: 'running', controllable: true, adjustment: 0, exitCode: null, said: [] };

/** Any plain data in the shape of lists that grow, tables that change, and keys that come and go. */
const anyModel = fc
  .record({
    kind: fc.constantFrom('live', 'report'),
    result: fc.dictionary(fc.constantFrom('verdict', 'checks', 'tasks', '__proto__', 'reasons'), fc.jsonValue({ maxDepth: 3 })),
    load: fc.record({
      times: fc.array(fc.nat(9)),
      active: fc.array(fc.option(fc.nat(9))),
      dropsBy: fc.dictionary(fc.constantFrom('close 1006', 'a'), fc.array(fc.nat(3))),
    }),
    series: fc.array(
      fc.record({ name: fc.constantFrom('a', 'b'), values: fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }))) }),
    ),
  })
  .map((model) => JSON.parse(JSON.stringify(model)) as PageModel);

/** What the server does at one time: it tells a new model by what changed, a page joins anew, it says how the run stands. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('next' as const), model: anyModel }) },
  fc.record({ type: fc.constant('rejoin' as const) }),
  fc.record({ type: fc.constant('state' as const), adjustment: fc.nat(40) }),
);

describe('a page that follows a run', () => {
  it('holds, after any batches and new beginnings, what a page that comes now is told', () => {
    fc.assert(
      fc.property(anyModel, fc.array(step, { maxLength: 12 }), (first, steps) => {
        let onServer = first;
        let view = receive(NOTHING_YET, { type: 'model', run, model: first }, 0);
        for (const one of steps) {
          let message: ToPage = { type: 'model', run, model: onServer };
          if (one.type === 'state') message = { type: 'state', run: { ...run, adjustment: one.adjustment } };
          if (one.type === 'next') {
            const patch = diff(onServer, one.model);
            onServer = one.model;
            if (patch === undefined) continue;
            message = { type: 'batch', run, patch };
          }
          view = receive(view, JSON.parse(JSON.stringify(message)) as ToPage, 0);
        }
        const fresh = receive(NOTHING_YET, JSON.parse(JSON.stringify({ type: 'model', run, model: onServer })) as ToPage, 0);
        expect(view.model).toEqual(fresh.model);
        expect(Object.getPrototypeOf(view.model?.result)).toBe(Object.prototype);
      }),
    );
  });

  it('keeps what did not change as the same objects', () => {
    const before = { result: { tasks: [{ name: 'a' }, { name: 'b' }] }, heat: [{ task: 'a' }] } as unknown as PageModel;
    const next = { result: { tasks: [{ name: 'a' }, { name: 'c' }] }, heat: [{ task: 'a' }] } as unknown as PageModel;
    const patch = diff(before, next);
    if (patch === undefined) throw new Error('they differ');
    const view = receive({ ...NOTHING_YET, model: before }, { type: 'batch', run, patch }, 0);
    expect(view.model).toEqual(next);
    expect(view.model?.heat).toBe(before.heat);
    expect(view.model?.result.tasks[0]).toBe(before.result.tasks[0]);
  });

  it('does not go on with a batch for which it has no model', () => {
    expect(() => receive(NOTHING_YET, { type: 'batch', run, patch: { keys: {} } }, 0)).toThrow('before a model');
  });

  it('keeps the figures when the server says that something went wrong, until the next ones come', () => {
    const model = {} as PageModel;
    const broken = receive({ ...NOTHING_YET, model }, { type: 'error', message: 'cannot read' }, 0);
    expect(broken).toMatchObject({ model, problem: 'cannot read' });
    expect(receive(broken, { type: 'model', run, model }, 0).problem).toBeNull();
  });
});

const planned = (window: Partial<PageModel['result']['window']>, ends: readonly number[] = [10, 60]): LiveView => ({
  ...NOTHING_YET,
  arrivedAt: 5_000,
  model: {
    result: {
      window: { runStart: 0, loadStart: null, loadEnd: null, runEnd: null, lastEvent: 0, ...window },
      stages: ends.map((untilSeconds) => ({ untilSeconds })),
    },
  } as unknown as PageModel,
});

describe('the time of a load', () => {
  it('is told by the last message and what has passed since, whatever the clocks say', () => {
    const view = planned({ loadStart: 1_000_000, lastEvent: 1_004_000 });
    expect(elapsedSeconds(view, 5_000)).toBe(4);
    expect(elapsedSeconds(view, 7_500)).toBe(6.5);
    // A clock that was set back.
    expect(elapsedSeconds(view, 0)).toBe(4);
  });

  it('leaves so much of the plan and of its stage', () => {
    const view = planned({ loadStart: 1_000, lastEvent: 13_000 });
    expect(progressOf(view, 5_000)).toEqual({ elapsed: 12, total: 60, left: 48, stage: 1, stageLeft: 48 });
    expect(progressOf(view, 100_000)).toMatchObject({ left: 0, stage: 1, stageLeft: 0 });
  });

  it('does not go on after the end, and has none before the begin or without a plan', () => {
    expect(elapsedSeconds(planned({ loadStart: 1_000, loadEnd: 31_000, lastEvent: 40_000 }), 99_000)).toBe(30);
    expect(progressOf(planned({}), 0)).toBeNull();
    expect(progressOf(planned({ loadStart: 1 }, []), 0)).toBeNull();
    expect(progressOf(NOTHING_YET, 0)).toBeNull();
  });
});
