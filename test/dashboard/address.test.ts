import { describe, expect, it } from 'vitest';
import { isLoopback, parseAddress } from '../../src/dashboard/address.js';

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:8090', '127.0.0.1', 8090],
    [':9000', '127.0.0.1', 9000],
    ['9000', '127.0.0.1', 9000],
    ['0.0.0.0', '0.0.0.0', 8090],
    ['localhost:0', 'localhost', 0],
    ['[::1]:9000', '::1', 9000],
    ['[::]', '::', 8090],
    ['load-1.example:80', 'load-1.example', 80],
  ])('%s is %s, port %i', (text, host, port) => {
    expect(parseAddress(text, '--listen')).toEqual({ host, port });
  });

  it.each(['', '127.0.0.1:65536', 'http://127.0.0.1', '::1', 'a b', '[127.0.0.1]:80', '[:]'])('%s is none', (text) => {
    expect(() => parseAddress(text, '--listen')).toThrow(/^--listen: must be <host>:<port>/);
  });

  it('is of this machine alone only where it is a loopback address itself', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '192.0.2.1', '127.evil.example', 'localhost.example'].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
