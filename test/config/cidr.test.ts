import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandAddress } from '../../src/config/cidr.js';

const addresses = (text: string): string[] => {
  const result = expandAddress(text);
  if (!result.ok) throw new Error(result.message);
  return result.addresses;
};

describe('expandAddress', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['::1', ['::1']],
    ['127.0.1.0/30', ['127.0.1.1', '127.0.1.2']],
    ['127.0.1.4/31', ['127.0.1.4', '127.0.1.5']],
    ['127.0.1.7/32', ['127.0.1.7']],
    ['fd00::/126', ['fd00::1', 'fd00::2', 'fd00::3']],
    ['fd00::2/127', ['fd00::2', 'fd00::3']],
    ['fd00:0:0:1::a/128', ['fd00:0:0:1::a']],
    ['1:2:3:4:5:6:7:fffc/127', ['1:2:3:4:5:6:7:fffc', '1:2:3:4:5:6:7:fffd']],
    ['::ffff:127.0.0.0/127', ['::ffff:7f00:0', '::ffff:7f00:1']],
  ])('%s stands for %j', (text, expected) => {
    expect(addresses(text)).toEqual(expected);
  });

  it('counts on across the bytes of an address', () => {
    const all = addresses('10.20.0.0/16');
    expect([all.length, all[0], all[255], all.at(-1)]).toEqual([65_534, '10.20.0.1', '10.20.1.0', '10.20.255.254']);
  });

  it('gives 2^n - 2 different valid addresses of IPv4 and 2^n - 1 of IPv6', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 2, max: 8 }), (byte, freeBits) => {
        const four = addresses(`10.${byte}.0.0/${32 - freeBits}`);
        const six = addresses(`fd00:${byte.toString(16)}::/${128 - freeBits}`);
        expect([new Set(four).size, new Set(six).size]).toEqual([2 ** freeBits - 2, 2 ** freeBits - 1]);
        expect(four.every(isIPv4) && six.every(isIPv6)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['nowhere', /must be an IPv4 or IPv6 address, or a range/],
    ['', /must be an IPv4/],
    ['127.0.0.300', /must be an IPv4/],
    ['127.0.0.0/33', /must be an IPv4/],
    ['::/129', /must be an IPv4/],
    ['127.0.0.0/', /must be an IPv4/],
    ['127.0.0.0/8/8', /must be an IPv4/],
    ['127.0.0.0/-1', /must be an IPv4/],
    ['fe80::1%eth0/128', /must be an IPv4/],
    ['127.0.1.5/30', /write 127\.0\.1\.4\/30/],
    ['fd00::5/126', /write fd00::4\/126/],
    ['127.0.0.0/8', /at most 65536 addresses, stands for 16777214/],
    ['::/0', /at most 65536 addresses/],
  ])('refuses %j', (text, message) => {
    expect(expandAddress(text)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});
