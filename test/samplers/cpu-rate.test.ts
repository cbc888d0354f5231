import { describe, expect, it } from 'vitest';
import { cpuRate } from '../../src/samplers/cpu-rate.js';

describe('cpuRate', () => {
  it('has no rate without a base', () => {
    expect(cpuRate().next(5, 100)).toBeUndefined();
  });

  it('derives the rate between two readings', () => {
    const rate = cpuRate();
    rate.next(5, 100);
    expect(rate.next(6, 102)).toBeCloseTo(0.5);
    expect(rate.next(6, 104)).toBe(0);
    expect(rate.next(10, 106)).toBeCloseTo(2);
  });

  it('derives none over a moment, and loses nothing of it', () => {
    const rate = cpuRate();
    rate.next(0, 100);
    expect(rate.next(0.01, 100.01)).toBeUndefined();
    expect(rate.next(1, 102)).toBeCloseTo(0.5);
  });
});
