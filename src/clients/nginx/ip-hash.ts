import { isIPv4 } from 'node:net';

/** A server of an upstream as ip_hash sees it. */
export interface HashedPeer {
  weight: number;
  down: boolean;
}

const FIRST = 89;
const TRIES = 20;

/**
 * nginx's ip_hash of an address: of IPv4 it looks at the first three octets only, of IPv6 at all 16 bytes, also where an IPv4 address is written
 * as one (`::ffff:10.0.0.1`, what a socket for both sees). @param hash of the try before
 */
export function ipHash(address: string, hash = FIRST): number {
  return bytesOf(address).reduce((sum, byte) => (sum * 113 + byte) % 6271, hash);
}

/**
 * The index of the server that ip_hash chooses for an address, as ngx_http_upstream_get_ip_hash_peer does: the hash is dealt out over the weights
 * of all; one that is down makes it hash on, and after 20 such tries it takes whose turn it is: undefined. One that fails on the way is not known here.
 */
export function ipHashPeer(address: string, peers: readonly HashedPeer[]): number | undefined {
  if (peers.length < 2) return peers.length === 1 ? 0 : undefined;
  const total = peers.reduce((sum, { weight }) => sum + weight, 0);
  let hash = FIRST;
  for (let tries = 0; tries <= TRIES; tries += 1) {
    hash = ipHash(address, hash);
    let rest = hash % total;
    const index = peers.findIndex(({ weight }) => {
      rest -= weight;
      return rest < 0;
    });
    if (peers[index]?.down === false) return index;
  }
  return undefined;
}

/** What of an address decides: two that agree in it land on the same server. */
export function hashedPart(address: string): string {
  return bytesOf(address).join('.');
}

function bytesOf(address: string): number[] {
  if (isIPv4(address)) return address.split('.').slice(0, 3).map(Number);
  // The URL parser writes it in one way: hexadecimal, with at most one `::`.
  const [head = '', tail] = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]);
}
