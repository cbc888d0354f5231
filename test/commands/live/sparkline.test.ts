import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../src/commands/live/sparkline.js';

describe('a sparkline', () => {
  it.each([
    ['rises with its values', [0, 1, 2, 3, 4, 5, 6, 7], 8, undefined, '▁▂▃▄▅▆▇█'],
    ['shows the last ones where there is no room for all', [7, 0, 7, 0], 2, undefined, '█▁'],
    ['draws a gap as a gap, which is not a zero', [1, undefined, 0], 3, undefined, '█ ▁'],
    ['tells little from nothing', [0, 0.001, 1000], 3, undefined, '▁▂█'],
    ['has a scale of its own where one is given', [5, 10, 20], 3, 10, '▅██'],
    ['is flat where nothing happened', [0, 0], 2, undefined, '▁▁'],
    ['is empty without values', [], 5, undefined, ''],
    ['is empty without room', [1], 0, undefined, ''],
  ])('%s', (_, values, width, most, line) => {
    expect(sparkline(values, width, most)).toBe(line);
  });
});
