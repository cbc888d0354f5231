import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/config/duration.js';

describe('parseDuration', () => {
  it.each([
    ['300', 300],
    ['300s', 300],
    ['20m', 1200],
    ['3h', 10_800],
    ['1h30m10s', 5410],
    ['0.5', 0.5],
    [' 2s ', 2],
  ])('reads %j as %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', 's', '5 m', '10s1m', '-5', '1d', 'five'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
