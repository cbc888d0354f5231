import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockLook, clockOffset } from '../../src/clients/clock-offset.js';

describe('clockOffset', () => {
  it('takes the middle of the round trip, plus or minus half of it', () => {
    expect(clockOffset('redis', [{ asked: 1_000, answered: 1_010, said: 1_505, resolution: 0 }])).toEqual({
      source: 'redis',
      offsetMs: 500,
      uncertaintyMs: 5,
      sourceTime: 1_505,
    });
  });

  it('adds half a step of a clock that rounds down', () => {
    expect(clockOffset('http', [{ asked: 5_200, answered: 5_200, said: 5_000, resolution: 1_000 }])).toMatchObject({
      offsetMs: 300,
      uncertaintyMs: 500,
    });
  });

  it('learns from looks on both sides of a step', () => {
    const looks = [5_900, 6_100].map((at) => ({ asked: at, answered: at, said: Math.floor(at / 1_000) * 1_000, resolution: 1_000 }));
    expect(clockOffset('http', looks)).toMatchObject({ offsetMs: 0, uncertaintyMs: 100 });
  });

  it('keeps to the narrowest look where they contradict one another', () => {
    const looks: ClockLook[] = [
      { asked: 0, answered: 100, said: 9_000, resolution: 0 },
      { asked: 200, answered: 210, said: 705, resolution: 0 },
    ];
    expect(clockOffset('docker', looks)).toMatchObject({ offsetMs: 500, uncertaintyMs: 5, sourceTime: 705 });
  });

  it('never excludes the true offset', () => {
    const span = fc.integer({ min: 0, max: 500 });
    const one = fc.record({ wait: span, there: span, back: span });
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), fc.array(one, { minLength: 1, maxLength: 6 }), (offset, trips) => {
        let now = 1_000_000;
        const looks = trips.map(({ wait, there, back }) => {
          const asked = now + wait;
          const read = asked + there;
          now = read + back;
          return { asked, answered: now, said: Math.floor((read + offset) / 1_000) * 1_000, resolution: 1_000 };
        });
        const { offsetMs, uncertaintyMs } = clockOffset('http', looks);
        expect(Math.abs(offset - offsetMs)).toBeLessThanOrEqual(uncertaintyMs);
      }),
    );
  });
});
