import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KINDMAP_STAGES } from '../../src/config/profiles/kindmap.js';
import { shareOf, stageIndexAt, usersAt } from '../../src/load/pacer.js';

const stage = (users: number, spawnRate: number, untilSeconds: number) => ({ name: '', users, spawnRate, untilSeconds });

describe('usersAt', () => {
  it.each([
    [0, 0],
    [1, 1],
    [99.5, 99],
    [100, 100],
    [119.9, 100],
    [120, 100],
    [170, 200],
    [220, 300],
    [299, 300],
    [480, 500],
    [530, 750],
    [720, 750],
    [770, 1000],
    [1499.9, 1000],
    [1500, undefined],
  ])('follows the six stages of the guide: %d s is %s users', (elapsed, users) => {
    expect(usersAt(KINDMAP_STAGES, elapsed)).toBe(users);
  });

  it('goes down at the rate, too', () => {
    const stages = [stage(10, 10, 5), stage(2, 2, 20)];
    expect([5, 6, 8, 9, 15].map((at) => usersAt(stages, at))).toEqual([10, 8, 4, 2, 2]);
  });

  it('stops one user each time that the rate makes one due, and none before', () => {
    const stages = [stage(10, 10, 5), stage(2, 2, 20)];
    expect([5.1, 5.49, 5.5, 5.99, 8.99, 9].map((at) => usersAt(stages, at))).toEqual([10, 10, 9, 9, 3, 2]);
    for (let n = 0; n <= 8; n++) expect(usersAt(stages, 5 + n / 2)).toBe(10 - n);
  });

  it('turns round where it stands when a stage downwards was too short', () => {
    const stages = [stage(10, 10, 5), stage(0, 0.5, 10), stage(20, 1, 30)];
    expect([9.9, 10, 10.9, 11, 12].map((at) => usersAt(stages, at))).toEqual([8, 8, 8, 9, 10]);
  });

  it('acts when the pair of users and rate changes, and only then', () => {
    const split = [stage(10, 0.3, 5), stage(10, 0.3, 10), stage(10, 0.3, 40)];
    const whole = [stage(10, 0.3, 40)];
    for (let at = 0; at < 40; at += 0.5) expect(usersAt(split, at)).toBe(usersAt(whole, at));
    expect(usersAt([stage(10, 0.3, 5), stage(10, 0.4, 40)], 7)).toBe(1);
    expect(usersAt([stage(10, 0.3, 5), stage(10, 0.4, 40)], 7.5)).toBe(2);
  });

  it('has nobody left at a stage of no users, and starts them again', () => {
    const stages = [stage(4, 4, 5), stage(0, 4, 10), stage(4, 2, 20)];
    expect([5, 6, 9, 10.5, 12].map((at) => usersAt(stages, at))).toEqual([4, 0, 0, 1, 4]);
  });

  it('hands over what a stage that is too short has reached', () => {
    const stages = [stage(100, 1, 10), stage(200, 10, 40)];
    expect(usersAt(stages, 10)).toBe(10);
    expect(usersAt(stages, 12)).toBe(30);
  });

  it('starts one user every tenth of a second at 10/s in spite of binary fractions', () => {
    const stages = [stage(100, 10, 60)];
    for (let n = 1; n <= 100; n++) expect(usersAt(stages, n / 10)).toBe(n);
  });

  it('never has more users than the greatest stage nor fewer than none', () => {
    const anyStage = fc.record({
      users: fc.nat(2000),
      spawnRate: fc.double({ min: 0.1, max: 500, noNaN: true }),
      seconds: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(fc.array(anyStage, { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 5000, noNaN: true }), (steps, elapsed) => {
        let until = 0;
        const stages = steps.map((step) => {
          until += step.seconds;
          return stage(step.users, step.spawnRate, until);
        });
        const users = usersAt(stages, elapsed);
        if (elapsed >= until) expect(users).toBeUndefined();
        else {
          expect(users).toBeGreaterThanOrEqual(0);
          expect(users).toBeLessThanOrEqual(Math.max(...stages.map((each) => each.users)));
        }
      }),
    );
  });
});

describe('stageIndexAt', () => {
  it('names the stage under way until the last deadline', () => {
    expect([0, 119, 120, 1499, 1500].map((at) => stageIndexAt(KINDMAP_STAGES, at))).toEqual([0, 0, 1, 5, undefined]);
  });
});

describe('shareOf', () => {
  it('deals every user to exactly one worker, evenly', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 16 }), (users, workers) => {
        const shares = Array.from({ length: workers }, (_, worker) => shareOf(users, worker, workers));
        expect(shares.reduce((a, b) => a + b, 0)).toBe(users);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
