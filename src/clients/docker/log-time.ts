/** A time for the Engine's `since`: Unix seconds with all the nanoseconds that `text` (RFC 3339, or Unix seconds already) has. */
export function unixSeconds(text: string): string {
  if (/^\d+(\.\d{1,9})?$/.test(text)) return text;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const whole = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(whole)) throw new RangeError(`not a time: ${text}`);
  return `${whole / 1000}.${(match?.[2] ?? '').padEnd(9, '0')}`;
}
