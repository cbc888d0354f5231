import type { ChartUnit } from './chart.js';

/** A number with so many significant digits as one can tell from a chart, and no more zeros than needed. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.01 ? 3 : 6;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function bytesText(value: number): string {
  const power = Math.min(BYTES.length - 1, value === 0 ? 0 : Math.max(0, Math.floor(Math.log2(Math.abs(value)) / 10)));
  return `${numberText(Number((value / 1024 ** power).toPrecision(4)))} ${BYTES[power]}`;
}

/** A value with its unit. */
export function valueText(value: number, unit: ChartUnit): string {
  switch (unit) {
    case 'ms':
      return Math.abs(value) >= 10_000 ? `${numberText(value / 1000)} s` : `${numberText(value)} ms`;
    case 'share':
      return `${numberText(value * 100)} %`;
    case 'bytes':
      return bytesText(value);
    case 'bytesPerSecond':
      return `${bytesText(value)}/s`;
    case 'perSecond':
      return `${numberText(value)}/s`;
    default:
      return numberText(value);
  }
}

/** Steps of an axis of bytes that people can count in. */
export const BYTE_STEPS: readonly number[] = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((step) => step * 1024 ** power),
);
