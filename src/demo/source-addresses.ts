import { ipHash } from '../clients/nginx/ip-hash.js';

const LEAST = 30;

/**
 * Addresses 127.0.B.1 of which nginx's ip_hash sends equally many to each of so many peers of equal weight. They are dealt out in turn:
 * any first few of them are spread evenly too. None is 127.0.0.x, where the stack itself listens.
 */
export function spreadAddresses(peers: number): string[] {
  const each = Math.ceil(LEAST / peers);
  const byPeer = Array.from({ length: peers }, (): string[] => []);
  for (let network = 1; network <= 254; network++) {
    const address = `127.0.${network}.1`;
    byPeer[ipHash(address) % peers]?.push(address);
  }
  return Array.from({ length: each }, (_, row) => byPeer.map((addresses) => addresses[row]))
    .flat()
    .filter((address) => address !== undefined);
}
