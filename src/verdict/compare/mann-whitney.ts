/** The outcome of a test of whether two samples come from the same distribution. */
export interface RankTest {
  /** Two-sided. */
  p: number;
  /** Rank-biserial correlation: the share of pairs in which `b` is greater minus the share in which `a` is, −1 to 1. */
  effect: number;
}

/**
 * The two-sided Mann-Whitney U test by the normal approximation with correction for ties and continuity (Mann and Whitney 1947; Hollander,
 * Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., 4.1). The approximation is good from eight values a side on.
 *
 * @throws RangeError when a side is empty.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  if (a.length === 0 || b.length === 0) throw new RangeError('both sides need values');
  const { rankSumB, ties } = ranks(a, b);
  const pairs = a.length * b.length;
  const total = a.length + b.length;
  const u = rankSumB - (b.length * (b.length + 1)) / 2;
  const effect = (2 * u) / pairs - 1;
  const variance = (pairs / 12) * (total + 1 - ties / (total * (total - 1)));
  const distance = Math.abs(u - pairs / 2) - 0.5;
  // All values equal: nothing tells the sides apart.
  if (variance <= 0 || distance <= 0) return { p: 1, effect };
  return { p: Math.min(1, 2 * upperTail(distance / Math.sqrt(variance))), effect };
}

/** The ranks of `b` among all, tied values sharing the mean of theirs, and Σ(t³ − t) over all groups of ties. */
function ranks(a: readonly number[], b: readonly number[]): { rankSumB: number; ties: number } {
  const all = [...a.map((value) => ({ value, isB: false })), ...b.map((value) => ({ value, isB: true }))].sort((x, y) => x.value - y.value);
  let rankSumB = 0;
  let ties = 0;
  for (let begin = 0; begin < all.length; ) {
    let end = begin;
    while (end < all.length && all[end]?.value === all[begin]?.value) end++;
    const size = end - begin;
    const rank = (begin + 1 + end) / 2;
    rankSumB += rank * all.slice(begin, end).filter(({ isB }) => isB).length;
    ties += size ** 3 - size;
    begin = end;
  }
  return { rankSumB, ties };
}

/** P(Z > z) of the standard normal for z ≥ 0 (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}

/** Holm's adjustment of p values for that many of them are looked at (Holm 1979), in the order in which they came. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((x, y) => x.p - y.p);
  const adjusted: number[] = [];
  let most = 0;
  for (const [rank, { p, index }] of order.entries()) {
    most = Math.max(most, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = most;
  }
  return adjusted;
}
