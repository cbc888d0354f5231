import { describe, expect, it } from 'vitest';
import { CanaryFinder } from '../../src/load/canary-mark.js';

const finder = new CanaryFinder({ run: 'this', phase: 'load', at: 'data.canary' });
const canary = { run: 'this', phase: 'load', seq: 3, sentAt: 0 };

describe('CanaryFinder', () => {
  it('finds a canary of its own run and phase where it is said to be', () => {
    expect(finder.seqIn({ type: 'x', data: { canary } })).toBe(3);
    expect(new CanaryFinder({ run: 'this', phase: 'load', at: 'canary' }).seqIn({ canary })).toBe(3);
  });

  it.each([
    ['an ordinary frame', { type: 'navigation_update' }],
    ['one at another place', { canary }],
    ['one of another run', { data: { canary: { ...canary, run: 'that' } } }],
    ['one of another phase', { data: { canary: { ...canary, phase: 'before' } } }],
    ['one without a number', { data: { canary: { ...canary, seq: '3' } } }],
    ['a text in its place', { data: { canary: 'canary' } }],
    ['a text on the way', { data: 'canary' }],
    ['null on the way', { data: null }],
  ])('finds none in %s', (_, message) => {
    expect(finder.seqIn(message)).toBeUndefined();
  });

  it('is not taken in by what every object has', () => {
    expect(new CanaryFinder({ run: 'this', phase: 'load', at: 'constructor.prototype' }).seqIn({})).toBeUndefined();
  });
});
