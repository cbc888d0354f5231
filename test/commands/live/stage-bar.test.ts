import { describe, expect, it } from 'vitest';
import { stageBar, stageNames } from '../../../src/commands/live/stage-bar.js';

const PLAN = [
  { name: 'Warm-up', untilSeconds: 10 },
  { name: '부하', untilSeconds: 30 },
  { name: 'Cool-down', untilSeconds: 40 },
];

describe('the bar of a plan', () => {
  it.each([
    [0, '▒▒▒▒▒▒▒▒▒▒│░░░░░░░░░░░░░░░░░░░│░░░░░░░░░', '> Warm-up 부하                Cool-down'],
    [5, '█████▒▒▒▒▒│░░░░░░░░░░░░░░░░░░░│░░░░░░░░░', '> Warm-up 부하                Cool-down'],
    [10, '██████████│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│░░░░░░░░░', 'Warm-up   > 부하              Cool-down'],
    [20, '██████████│█████████▒▒▒▒▒▒▒▒▒▒│░░░░░░░░░', 'Warm-up   > 부하              Cool-down'],
    [50, '██████████│███████████████████│█████████', 'Warm-up   부하               > Cool-down'],
  ])('is to scale after %i s, and marks the stage that is under way', (elapsed, bar, names) => {
    expect(stageBar(PLAN, elapsed, 40)).toBe(bar);
    expect(stageNames(PLAN, elapsed, 40)).toBe(names);
  });

  it('keeps the name of the current stage where there is room for no other', () => {
    expect(stageNames(PLAN, 35, 12)).toBe(' > Cool-down');
    expect(stageNames(PLAN, 20, 6)).toBe('> 부하');
  });

  it('can have more stages than columns', () => {
    const steps = Array.from({ length: 50 }, (_, index) => ({ name: `stage ${index}`, untilSeconds: index + 1 }));
    expect(stageBar(steps, 25, 20)).toHaveLength(20);
    expect(stageNames(steps, 25.5, 20)).toContain('> stage 25');
  });

  it('is empty without a plan', () => {
    expect(stageBar([], 5, 40)).toBe('');
    expect(stageNames([], 5, 40)).toBe('');
  });
});
