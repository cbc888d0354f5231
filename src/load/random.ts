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

/** Picks one of `items` by weight, given a uniform random number in [0, 1). Weights of 0 are never picked. */
export function pickWeighted<T extends { weight: number }>(items: readonly T[], random: number): T {
  const total = items.reduce((sum, item) => sum + item.weight, 0);
  let rest = random * total;
  for (const item of items) {
    rest -= item.weight;
    if (rest < 0) return item;
  }
  throw new RangeError('nothing to pick from: every weight is 0');
}
