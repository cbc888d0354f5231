/** A limit as it was written: `>99%`, `<500ms`, `70-85%`, `400MB`, `0건`, 0.5. */
export interface Limit {
  value: number;
  /** Upper end of a range such as `70-85%`. */
  upper?: number;
  direction?: 'above' | 'below';
  /** Lower case; `%` is `percent`. */
  unit?: string;
}

const LIMIT = /^(<=?|>=?|≤|≥|=)?\s*(-?\d[\d,]*(?:\.\d+)?)\s*%?\s*(?:[-~–]\s*(\d[\d,]*(?:\.\d+)?))?\s*(%|[a-z]+|건|개)?$/i;

/** Reads a limit, or gives undefined for anything that is none. */
export function parseLimit(raw: unknown): Limit | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? { value: raw } : undefined;
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  const match = LIMIT.exec(text);
  if (match === null) return undefined;
  const [, comparator, value = '', upper, unit] = match;
  const symbol = text.includes('%') ? 'percent' : unit?.toLowerCase();
  return {
    value: plain(value),
    ...(upper === undefined ? {} : { upper: plain(upper) }),
    ...(comparator === undefined || comparator === '=' ? {} : { direction: /[>≥]/.test(comparator) ? 'above' : 'below' }),
    ...(symbol === undefined ? {} : { unit: symbol }),
  };
}

function plain(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

/** What the number stands for. Rates and shares end as shares of 1, times as ms, sizes as bytes. */
export type Kind = 'successRate' | 'errorRate' | 'share' | 'time' | 'bytes' | 'count';

/** A number in the criterion's own unit, or what is wrong with it. */
export type Converted = { ok: true; value: number } | { ok: false; message: string };

const TIME: Record<string, number> = { ms: 1, msec: 1, s: 1000, sec: 1000, seconds: 1000 };
const SIZE: Record<string, number> = {
  b: 1,
  bytes: 1,
  kb: 1024,
  kib: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

/**
 * Converts a number with its unit (of the value, else of the key).
 *
 * Without a unit a success rate or a share above 1 and an error rate of 1 or more are percent: `success_rate: 99`, `error_rate: 1`.
 */
export function convert(kind: Kind, value: number, unit: string | undefined): Converted {
  switch (kind) {
    case 'successRate':
    case 'share':
      return rate(value, unit, value > 1);
    case 'errorRate':
      return rate(value, unit, value >= 1);
    case 'time':
      return scaled(value, TIME[unit ?? 'ms'], 'must be a positive time in ms or with its unit, e.g. "500ms"', value > 0);
    case 'bytes':
      return scaled(value, unit === undefined ? undefined : SIZE[unit], 'must be a size with its unit, e.g. "400MB"', value > 0);
    case 'count':
      return scaled(
        value,
        unit === undefined || ['건', '개', 'count'].includes(unit) ? 1 : undefined,
        'must be a count of 0 or more',
        value >= 0,
      );
  }
}

function rate(value: number, unit: string | undefined, looksLikePercent: boolean): Converted {
  const message = 'must be a rate between 0 and 1, or a percentage up to 100';
  if (unit !== undefined && unit !== 'percent') return { ok: false, message };
  const share = unit === 'percent' || looksLikePercent ? value / 100 : value;
  return share >= 0 && share <= 1 ? { ok: true, value: share } : { ok: false, message };
}

function scaled(value: number, factor: number | undefined, message: string, holds: boolean): Converted {
  return factor === undefined || !holds ? { ok: false, message } : { ok: true, value: value * factor };
}
