import { describe, expect, it } from 'vitest';
import { UserControl } from '../../src/commands/user-control.js';
import type { Stage } from '../../src/journal/event.js';

const stage = (users: number, spawnRate: number, untilSeconds: number): Stage => ({ name: '', users, spawnRate, untilSeconds });

/** A load that has room for so many more than its plan, and a clock that is set by hand. */
function loadOf(stages: Stage[], room = Number.POSITIVE_INFINITY) {
  let adjustment = 0;
  let seconds = 0;
  let calls = 0;
  const limits: number[] = [];
  const load = {
    adjust(users: number) {
      calls++;
      adjustment = Math.min(room, adjustment + users);
      return adjustment;
    },
  };
  const control = new UserControl(
    load,
    stages,
    (most) => limits.push(most),
    () => seconds,
  );
  return {
    control,
    limits,
    adjustment: () => adjustment,
    calls: () => calls,
    set(second: number) {
      seconds = second;
    },
    /** The adjustment after each of these seconds. */
    steps(from: number, to: number) {
      const all: number[] = [];
      for (seconds = from; seconds <= to; seconds++) {
        control.step();
        all.push(adjustment);
      }
      return all;
    },
  };
}

describe('users of a load under way', () => {
  it('climb to what was asked for at the rate that was asked for, once a second', () => {
    const { control, set, steps } = loadOf([stage(20, 20, 100)]);
    set(10);
    control.set(40, 5);
    expect(steps(11, 15)).toEqual([10, 15, 20, 20, 20]);
    control.stop();
  });

  it('fall, too, and to nobody', () => {
    const { control, set, steps } = loadOf([stage(20, 20, 100)]);
    set(10);
    control.set(0, 8);
    expect(steps(11, 13)).toEqual([-16, -20, -20]);
    control.stop();
  });

  it('climb by less than one a second', () => {
    const { control, set, steps, adjustment } = loadOf([stage(20, 20, 100)]);
    set(10);
    control.set(22, 0.5);
    expect(adjustment()).toBe(0);
    expect(steps(11, 15)).toEqual([1, 1, 2, 2, 2]);
    control.stop();
  });

  it('stay as many while the plan goes on to other numbers', () => {
    const { control, set, steps } = loadOf([stage(20, 20, 15), stage(30, 10, 20), stage(5, 25, 100)]);
    set(10);
    control.set(40, 100);
    // Plan: 20, then 30 from second 16 on, then 5 from second 21 on.
    expect(steps(14, 16)).toEqual([20, 20, 10]);
    expect(steps(21, 22)).toEqual([35, 35]);
    control.stop();
  });

  it('change by keys as ever, and keys change what was asked for', () => {
    const { control, set, steps, adjustment } = loadOf([stage(20, 20, 100)]);
    expect(control.adjust(10)).toBe(10);
    set(10);
    control.set(40, 100);
    expect(adjustment()).toBe(20);
    expect(control.adjust(-1)).toBe(19);
    expect(steps(11, 12)).toEqual([19, 19]);
    control.stop();
  });

  it('are told of once when there is no room for them, and asked for no more', () => {
    const { control, set, steps, limits, calls } = loadOf([stage(20, 20, 100)], 7);
    set(10);
    control.set(40, 5);
    expect(steps(11, 15)).toEqual([7, 7, 7, 7, 7]);
    expect(limits).toEqual([27]);
    expect(calls()).toBe(2);
    control.stop();
  });

  it('are left alone when the plan is over', () => {
    const { control, set, steps, adjustment } = loadOf([stage(20, 20, 12)]);
    set(11);
    control.set(40, 5);
    expect(steps(12, 14)).toEqual([5, 5, 5]);
    control.set(50, 100);
    expect(adjustment()).toBe(5);
  });
});
