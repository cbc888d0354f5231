import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStages, scaleStages, unreachedStages } from '../../src/config/plan.js';
import { KINDMAP_STAGES } from '../../src/config/profiles/kindmap.js';

describe('parseStages', () => {
  it('reads users, rate and the end of each stage', () => {
    expect(parseStages('20@5:10s, 60@2.5:1m')).toEqual({
      ok: true,
      stages: [
        { name: 'Stage 1', users: 20, spawnRate: 5, untilSeconds: 10 },
        { name: 'Stage 2', users: 60, spawnRate: 2.5, untilSeconds: 60 },
      ],
    });
  });

  it.each([
    ['', /"" is none/],
    ['20', /"20" is none/],
    ['20@5:10s,', /"" is none/],
    ['-20@5:10s', /"-20@5:10s" is none/],
    ['20@0:10s', /rate of Stage 1 must be a positive number/],
    ['20@5:0s', /Stage 1 must end between/],
    ['20@5:10s,60@5:10s', /Stage 2 ends at 10 s, no later than the one before \(10 s\)/],
    ['20@5:1m,60@5:30s', /Stage 2 ends at 30 s, no later than the one before \(60 s\)/],
  ])('refuses %j', (text, message) => {
    expect(parseStages(text)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});

describe('scaleStages', () => {
  it('reaches the same users at every deadline, sooner', () => {
    expect(scaleStages(KINDMAP_STAGES, 0.1)[1]).toEqual({ name: 'Normal Load', users: 300, spawnRate: 20, untilSeconds: 30 });
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 100, noNaN: true }), (scale) => {
        expect(unreachedStages(scaleStages(KINDMAP_STAGES, scale))).toEqual([]);
      }),
    );
  });
});

describe('unreachedStages', () => {
  it('follows the plan upwards and downwards', () => {
    const stage = (users: number, spawnRate: number, untilSeconds: number) => ({ name: `to ${users}`, users, spawnRate, untilSeconds });
    expect(unreachedStages([stage(100, 5, 10), stage(100, 5, 20), stage(10, 5, 30)])).toEqual([
      'stage "to 100" ends with 50 of 100 users: at 5 a second there is no time for more',
      'stage "to 10" ends with 50 of 10 users: at 5 a second there is no time for more',
    ]);
  });
});
