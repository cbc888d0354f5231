/** A number with at most so many decimals, without trailing zeros. The same on every machine: no locale. */
export const decimal = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** `2 ms`, `0.81 ms`, `1520 ms`. */
export const millis = (ms: number): string => `${decimal(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;

/** A share of 1 as `99.95 %`. Never rounded up to 100 % nor down to 0 %: one failure in a million is seen. */
export function percent(share: number): string {
  const rounded = Number((share * 100).toFixed(2));
  if (share < 1 && rounded >= 100) return '> 99.99 %';
  if (share > 0 && rounded <= 0) return '< 0.01 %';
  return `${rounded} %`;
}

/** `382.5 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${decimal(scaled, 1)} ${units[unit]}`;
}

/** `1 second`, `3 seconds`; `plural` where an s is not enough. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`;

/** `13:04:59.120 UTC` of a Unix time in ms. */
export const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 23)} UTC`;

/** `3.5 s` of milliseconds. */
export const seconds = (ms: number): string => `${decimal(ms / 1000, 1)} s`;
