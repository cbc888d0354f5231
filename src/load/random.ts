/**
 * A small generator of uniform random numbers in [0, 1) with 32 bits of state, so that each user can own one: mulberry32
 * (Tommy Ettinger, public domain).
 */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Makes a function that picks one of `items` by weight, given a uniform random number in [0, 1). Weights of 0 are never picked.
 *
 * @throws RangeError when every weight is 0.
 */
export function createPicker<T extends { weight: number }>(items: readonly T[]): (random: number) => T {
  const possible = items.filter(({ weight }) => weight > 0);
  const last = possible.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from: every weight is 0');
  const total = possible.reduce((sum, { weight }) => sum + weight, 0);
  return (random) => {
    let rest = random * total;
    for (const item of possible) {
      rest -= item.weight;
      if (rest < 0) return item;
    }
    return last; // The weights add up to a hair less than their sum.
  };
}
