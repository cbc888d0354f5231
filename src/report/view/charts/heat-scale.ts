import type { HeatMap } from '../model.js';

/** Steps of colour between no request and the most. */
export const HEAT_STEPS = 6;

/** The most requests that any part of a heat map stands for. */
export const mostOf = ({ counts }: HeatMap): number => counts.reduce((most, column) => Math.max(most, ...column), 0);

/** Which step of colour a count has, from 1 on; 0 for none. Each step is the same factor of the one before: rare slow answers are seen, too. */
export function heatStep(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  if (most === 1) return HEAT_STEPS;
  return Math.min(HEAT_STEPS, 1 + Math.floor((Math.log(count) / Math.log(most)) * (HEAT_STEPS - 1) + 1e-9));
}

/** The least count of each step, from the first on. */
export const stepBegins = (most: number): number[] => [
  ...new Set(Array.from({ length: HEAT_STEPS }, (_, index) => Math.ceil(most ** (index / (HEAT_STEPS - 1)) - 1e-9))),
];

/** The index of the column that a time lies in. @param t Unix seconds. */
export function columnAt({ times, secondsPerColumn }: HeatMap, t: number): number | undefined {
  const index = times.findLastIndex((time) => time <= t);
  const begin = times[index];
  return begin !== undefined && t < begin + secondsPerColumn ? index : undefined;
}
