import { describe, expect, it } from 'vitest';
import { ipHash } from '../../src/clients/nginx/ip-hash.js';
import { spreadAddresses } from '../../src/demo/source-addresses.js';

describe('spreadAddresses', () => {
  it.each([1, 2, 3, 4, 5, 7, 20])('gives at least 30 different addresses, equally many to each of %i peers', (peers) => {
    const addresses = spreadAddresses(peers);
    const counts = Array.from({ length: peers }, (_, peer) => addresses.filter((address) => ipHash(address) % peers === peer).length);
    expect(addresses.length).toBeGreaterThanOrEqual(30);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(new Set(counts)).toEqual(new Set([addresses.length / peers]));
  });

  it('is even for the first few as well', () => {
    expect(
      spreadAddresses(3)
        .slice(0, 9)
        .map((address) => ipHash(address) % 3),
    ).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('stays out of 127.0.0.x, where the services listen', () => {
    expect(spreadAddresses(3).filter((address) => !/^127\.0\.([1-9]|\d{2,3})\.1$/.test(address))).toEqual([]);
  });
});
