import { describe, expect, it } from 'vitest';
import { closest, editDistance } from '../../src/config/similar.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['stations', 'statoins', 1],
    ['rate', 'date', 1],
    ['kitten', 'sitting', 3],
  ])('of %j and %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('closest', () => {
  it('finds the nearest known name', () => {
    expect(closest('tagret', ['targets', 'target'])).toBe('target');
    expect(closest('Target', ['target'])).toBe('target');
  });

  it('takes two edits of a long name and one of a short one', () => {
    expect(closest('montring', ['monitoring'])).toBe('monitoring');
    expect(closest('pod', ['pid'])).toBe('pid');
    expect(closest('api', ['cpu'])).toBeUndefined();
    expect(closest('montrin', ['monitoring'])).toBeUndefined();
  });
});
