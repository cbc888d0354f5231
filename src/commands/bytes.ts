import { UsageError } from '../errors.js';

const UNITS = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 } as const;

/** Reads a size as it was typed: `200MB`, `1.5 GiB`, `500000`. @throws UsageError naming the option */
export function parseBytes(option: string, text: string): number {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase() as keyof typeof UNITS];
  const bytes = number === '' || factor === undefined ? Number.NaN : Math.floor(Number(number) * factor);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new UsageError(`${option}: must be a size such as 200MB, 1.5GiB or 500000, is "${text}"`);
  }
  return bytes;
}
