import { isIPv4, isIPv6 } from 'node:net';

/** The most addresses that a list may stand for: more than there are ports on one. */
export const MAX_ADDRESSES = 65_536;

/** The addresses that a text stands for, or what is wrong with it. */
export type AddressResult = { ok: true; addresses: string[] } | { ok: false; message: string };

/**
 * The host addresses of one entry: an address is itself; `127.0.1.0/30` is 127.0.1.1 and 127.0.1.2, without the network's own
 * and the broadcast address (`/31` and `/32` have neither); `fd00::/126` leaves out the subnet-router anycast address (RFC 4291, 2.6.1).
 */
export function expandAddress(text: string): AddressResult {
  if (isIPv4(text) || isIPv6(text)) return { ok: true, addresses: [text] };
  const [address = '', length = '', ...more] = text.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : undefined;
  if (bits === undefined || more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    return wrong(`must be an IPv4 or IPv6 address, or a range such as 127.0.1.0/28`);
  }
  return hostsOf(address, bits, bits - Number(length));
}

function hostsOf(address: string, bits: 32 | 128, freeBits: number): AddressResult {
  const format = bits === 32 ? formatIpv4 : formatIpv6;
  const given = bits === 32 ? parseIpv4(address) : parseIpv6(address);
  const size = 1n << BigInt(freeBits);
  const first = given - (given % size);
  if (first !== given) return wrong(`must begin at the first address of its range: write ${format(first)}/${bits - freeBits}`);
  const skippedAtStart = freeBits > 1 ? 1n : 0n;
  const skippedAtEnd = freeBits > 1 && bits === 32 ? 1n : 0n;
  const count = size - skippedAtStart - skippedAtEnd;
  if (count > BigInt(MAX_ADDRESSES)) return wrong(`must stand for at most ${MAX_ADDRESSES} addresses, stands for ${count}`);
  return { ok: true, addresses: Array.from({ length: Number(count) }, (_, n) => format(first + skippedAtStart + BigInt(n))) };
}

function parseIpv4(text: string): bigint {
  return text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function parseIpv6(text: string): bigint {
  // The URL parser turns every way to write an address into groups of hexadecimals, with at most one gap.
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

function formatIpv6(value: bigint): string {
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function wrong(message: string): AddressResult {
  return { ok: false, message };
}
