const UNITS: Record<string, number> = { ms: 0.001, s: 1, '': 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000, y: 31_536_000 };

/** Seconds of a time as nginx takes it: `60`, `1h 30m`, `1500ms`; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|[smhdwMy]?)\s*)+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwMy]?)/g)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 1), 0);
}
