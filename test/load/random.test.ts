import { describe, expect, it } from 'vitest';
import { createPicker, createRandom } from '../../src/load/random.js';

describe('createRandom', () => {
  it('repeats itself for one seed and differs between neighbouring seeds', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is uniform: each tenth of the range is hit by a tenth of the draws', () => {
    const random = createRandom(1);
    const hits = new Array<number>(10).fill(0);
    for (let n = 0; n < 100_000; n++) {
      const tenth = Math.floor(random() * 10);
      hits[tenth] = (hits[tenth] ?? 0) + 1;
    }
    for (const count of hits) expect(count / 100_000).toBeCloseTo(0.1, 2);
  });
});

describe('createPicker', () => {
  const items = [
    { name: 'rare', weight: 1 },
    { name: 'never', weight: 0 },
    { name: 'often', weight: 10 },
  ];

  it('picks by weight: the guide asks for one route in eleven tasks', () => {
    const names = [0, 1 / 11 - 1e-9, 1 / 11 + 1e-9, 0.999999].map((random) => createPicker(items)(random).name);
    expect(names).toEqual(['rare', 'rare', 'often', 'often']);
  });

  it('says so when every weight is 0', () => {
    expect(() => createPicker([{ weight: 0 }])).toThrow('every weight is 0');
  });
});
