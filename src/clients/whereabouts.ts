import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Where a target is: on this machine, in a network that the internet does not see, or for everybody to reach. */
export type Place = 'loopback' | 'private' | 'public';

/** The addresses of a name. Rejects when it has none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface Whereabouts {
  /** That of the address which is furthest away: a name that anybody can reach by one of its addresses is public. */
  place: Place;
  /** Empty for a name that says by itself where it is. */
  addresses: readonly string[];
}

const LOOPBACK = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
  // Connecting to the unspecified address means this machine.
  ['0.0.0.0', 32],
  ['::', 128],
]);

const PRIVATE = blockList([
  // RFC 1918
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Link-local
  ['169.254.0.0', 16],
  ['fe80::', 10],
  // Unique local (RFC 4193), and what carriers and overlay networks use among themselves (RFC 6598).
  ['fc00::', 7],
  ['100.64.0.0', 10],
]);

/**
 * Where the host of a URL is. A name is looked up: one that is public by its looks and private by its addresses is private.
 * Rejects when a name has no address.
 */
export async function whereaboutsOf(url: string, resolve: Resolve = lookUp): Promise<Whereabouts> {
  // The brackets of an IPv6 address belong to the URL alone; the dot at the end of a full name to nobody.
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(host) > 0) return { place: placeOf(host), addresses: [host] };
  // RFC 6761: never anybody else's.
  if (host === 'localhost' || host.endsWith('.localhost')) return { place: 'loopback', addresses: [] };
  // RFC 6762: of this link alone, and not to be asked of a name server.
  if (host.endsWith('.local')) return { place: 'private', addresses: [] };
  const addresses = await resolve(host);
  const places = addresses.map(placeOf);
  const place = (['public', 'private'] as const).find((one) => places.includes(one)) ?? 'loopback';
  return { place, addresses };
}

function placeOf(address: string): Place {
  // A BlockList sees through addresses such as ::ffff:10.0.0.1.
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return 'loopback';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

async function lookUp(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}
