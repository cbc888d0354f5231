import { describe, expect, it } from 'vitest';
import { unixSeconds } from '../../../src/clients/docker/log-time.js';

describe('a time for the Engine', () => {
  it.each([
    ['2025-12-07T03:04:05.123456789Z', '1765076645.123456789'],
    ['2025-12-07T12:04:05.5+09:00', '1765076645.500000000'],
    ['2025-12-07T03:04:05Z', '1765076645.000000000'],
    ['1765076645', '1765076645'],
    ['1765076645.25', '1765076645.25'],
  ])('keeps every nanosecond of %s', (text, seconds) => {
    expect(unixSeconds(text)).toBe(seconds);
  });

  it('is refused where it is none', () => {
    expect(() => unixSeconds('yesterday')).toThrow(RangeError);
    expect(() => unixSeconds('2025-12-07')).toThrow(RangeError);
  });
});
