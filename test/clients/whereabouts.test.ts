import { describe, expect, it } from 'vitest';
import { whereaboutsOf } from '../../src/clients/whereabouts.js';

const never = (name: string): Promise<string[]> => Promise.reject(new Error(`${name} was looked up`));
const has =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(addresses);

describe('whereaboutsOf', () => {
  it.each([
    ['ws://127.0.0.1:8080', 'loopback'],
    ['ws://127.200.1.2', 'loopback'],
    ['ws://0.0.0.0:80', 'loopback'],
    ['ws://[::1]:8080', 'loopback'],
    ['ws://[::ffff:127.0.0.1]', 'loopback'],
    ['ws://localhost:1', 'loopback'],
    ['ws://app.localhost', 'loopback'],
    ['ws://10.1.2.3', 'private'],
    ['ws://172.16.0.1', 'private'],
    ['ws://172.31.255.255', 'private'],
    ['ws://192.168.9.9', 'private'],
    ['ws://169.254.1.1', 'private'],
    ['ws://100.64.0.1', 'private'],
    ['ws://[fd00::1]', 'private'],
    ['ws://[fe80::1]', 'private'],
    ['ws://[::ffff:10.0.0.1]', 'private'],
    ['ws://printer.local', 'private'],
    ['ws://printer.local.', 'private'],
    ['ws://172.32.0.1', 'public'],
    ['ws://172.15.255.255', 'public'],
    ['ws://192.169.0.1', 'public'],
    ['ws://100.128.0.1', 'public'],
    ['ws://8.8.8.8', 'public'],
    ['wss://[2001:4860:4860::8888]', 'public'],
    ['ws://[::ffff:8.8.8.8]', 'public'],
  ])('tells of %s without a name server that it is %s', async (url, place) => {
    expect(await whereaboutsOf(url, never)).toMatchObject({ place });
  });

  it.each([
    [['10.0.0.1'], 'private'],
    [['127.0.0.1', '::1'], 'loopback'],
    [['127.0.0.1', '10.0.0.1'], 'private'],
    [['10.0.0.1', '203.0.113.7'], 'public'],
    [['203.0.113.7', '2001:db8::1'], 'public'],
  ])('takes a name with the addresses %j for %s', async (addresses, place) => {
    expect(await whereaboutsOf('wss://api.example.org', has(...addresses))).toEqual({ place, addresses });
  });

  it('takes names that only look like reserved ones for what their addresses are', async () => {
    expect(await whereaboutsOf('ws://localhost.example.org', has('203.0.113.7'))).toMatchObject({ place: 'public' });
    expect(await whereaboutsOf('ws://notlocal', has('203.0.113.7'))).toMatchObject({ place: 'public' });
  });

  it('asks the system where nobody else is to be asked', async () => {
    await expect(whereaboutsOf('ws://nowhere.invalid')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });
});
