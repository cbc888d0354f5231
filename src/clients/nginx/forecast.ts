import { hashedPart, ipHashPeer } from './ip-hash.js';
import type { UpstreamPeer } from './peers.js';

/** What one server of an upstream will carry. */
export interface PeerForecast extends UpstreamPeer {
  users: number;
  /** What it would carry if users were dealt out by weight alone; 0 while it is down. */
  fair: number;
}

/** How ip_hash will deal the users out. */
export interface Forecast {
  peers: PeerForecast[];
  /** Different things that ip_hash looks at: /24 networks of IPv4, addresses of IPv6. */
  networks: number;
}

/**
 * How many of `users`, who come from `addresses` in turn, each server will carry under ip_hash. Those for whom it finds none in its 20 tries are dealt
 * out by weight.
 */
export function forecastIpHash(peers: readonly UpstreamPeer[], addresses: readonly string[], users: number): Forecast {
  const counts = peers.map(() => 0);
  let unhashed = 0;
  for (const [index, address] of addresses.entries()) {
    const here = Math.floor(users / addresses.length) + (index < users % addresses.length ? 1 : 0);
    const peer = ipHashPeer(address, peers);
    if (peer === undefined) unhashed += here;
    else counts[peer] = (counts[peer] ?? 0) + here;
  }
  const weights = peers.reduce((sum, { weight, down }) => sum + (down ? 0 : weight), 0);
  const share = ({ weight }: UpstreamPeer, of: number) => (of * weight) / weights;
  return {
    peers: peers.map((peer, index) => {
      const fair = peer.down ? 0 : share(peer, users);
      return { ...peer, users: (counts[index] ?? 0) + (peer.down ? 0 : Math.round(share(peer, unhashed))), fair };
    }),
    networks: new Set(addresses.map(hashedPart)).size,
  };
}

/**
 * Loopback addresses, each of another /24, of which ip_hash gives every server its share; fewer where there are not enough. Not of 127.0.0.0/24,
 * where services listen. @param rounds how many of them for each unit of weight
 */
export function spreadLoopback(peers: readonly UpstreamPeer[], rounds: number): string[] {
  const left = peers.map(({ weight, down }) => (down ? 0 : weight * rounds));
  const addresses: string[] = [];
  for (let network = 1; network < 255 && left.some((count) => count > 0); network += 1) {
    const address = `127.0.${network}.1`;
    const peer = ipHashPeer(address, peers) ?? -1;
    if ((left[peer] ?? 0) <= 0) continue;
    left[peer] = (left[peer] ?? 0) - 1;
    addresses.push(address);
  }
  return addresses;
}
