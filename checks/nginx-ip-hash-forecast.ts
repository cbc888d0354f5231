import { type Forecast, forecastIpHash, type PeerForecast, spreadLoopback } from '../src/clients/nginx/forecast.js';
import { originOf, peakUsers, routeTo, upstreamOfRun } from '../src/clients/nginx/on-target.js';
import { peersOf } from '../src/clients/nginx/peers.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf, withEngine } from '../src/clients/nginx/read.js';
import { type SeenAddresses, seenAddresses } from '../src/clients/nginx/seen-addresses.js';
import { listensOf } from '../src/clients/nginx/servers.js';
import { KINDMAP } from '../src/config/config.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

/** Connections that one replica of KindMap takes; the next one is HTTP 403. */
const KINDMAP_CONNECTIONS = 1000;
/** Above this share of what is fair a server carries too much for the result to be that of all of them. */
const UNEVEN = 0.15;
/** How many source addresses are suggested for each server. */
const ROUNDS = 3;

const check: Check = {
  id: 'nginx-ip-hash-forecast',
  title: 'ip_hash will spread the users over the backends',
  why: 'Under ip_hash the source address alone decides: users of one /24 land on one backend, which is full while the others idle.',
  needs: ['nginx', 'target'],
  after: ['docker-reachable'],
  async run(ctx) {
    const { config } = ctx;
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    const upstream = upstreamOfRun(reading, config);
    if (upstream === undefined)
      return { status: 'skip', observed: 'no upstream to forecast: set infrastructure.nginx.upstream to its name' };
    if (upstream.method !== 'ip_hash') {
      return { status: 'skip', observed: `nothing to forecast: ${upstream.name} balances with ${upstream.method}, not with ip_hash` };
    }
    const peers = await withEngine(ctx, (docker) => peersOf(upstream, reading, config, docker));
    const seen = await seenAddresses(config, reading);
    const addresses = isOneSocketForBoth(reading, config) ? seen.addresses.map(mapped) : seen.addresses;
    const limit = config.scenario === KINDMAP ? KINDMAP_CONNECTIONS : undefined;
    const suggested = addresses.every((address) => /^127\./.test(address)) ? spreadLoopback(peers, ROUNDS) : [];
    return judge(forecastIpHash(peers, addresses, peakUsers(config)), { seen, limit, suggested });
  },
};

export default check;

/** Whether nginx takes IPv4 on a socket of IPv6, where an address is `::ffff:10.0.0.1` and all of it is hashed. */
function isOneSocketForBoth(reading: NginxReading, config: Config): boolean {
  const origin = originOf(reading, config.target);
  const server = routeTo(reading, config, '/')?.server;
  const listens = server === undefined ? [] : listensOf(server).filter(({ port }) => port === origin.port);
  return listens.length > 0 && listens.every(({ options }) => options.includes('ipv6only=off'));
}

const mapped = (address: string): string => (address.includes(':') ? address : `::ffff:${address}`);

/** Whether every backend gets about its share, and none more than it takes. */
export function judge(
  { peers, networks }: Forecast,
  { seen, limit, suggested = [] }: { seen: SeenAddresses; limit?: number | undefined; suggested?: readonly string[] },
): CheckResult {
  const users = peers.reduce((sum, peer) => sum + peer.users, 0);
  const up = peers.filter(({ down }) => !down);
  const from = `${seen.addresses.length} address${seen.addresses.length === 1 ? '' : 'es'} (${networks} for ip_hash)`;
  const observed = [
    `${users} users from ${from}: ${peers.map(({ name, users: own, down }) => `${name} ${own}${down ? ' (down)' : ''}`).join(', ')}`,
    ...(seen.because === undefined ? [] : [seen.because]),
  ].join('; ');
  const expected = `each within ${UNEVEN * 100} % of ${[...new Set(up.map(({ fair }) => Math.round(fair)))].join(' or ')} users${
    limit === undefined ? '' : `, and none above its ${limit} connections`
  }`;
  const status = statusOf(peers, users, limit);
  return status === 'pass'
    ? { status, observed, expected }
    : { status, observed, expected, remedy: `${back(peers)}${remedyFor(seen, peers.length, suggested)}` };
}

function statusOf(peers: readonly PeerForecast[], users: number, limit: number | undefined): 'pass' | 'warn' | 'fail' {
  const isBeyond = peers.some((peer) => limit !== undefined && peer.users > limit);
  // Of fewer users than backends some get none whatever the method is. One that is down gets none by somebody's will, but is no less idle.
  const isIdle = users >= peers.length && peers.some((peer) => peer.users === 0);
  if (isBeyond || isIdle || peers.length === 0) return 'fail';
  // Less than one user off is as even as whole users can be.
  return peers.some(({ users: own, fair }) => Math.abs(own - fair) > Math.max(UNEVEN * fair, 1)) ? 'warn' : 'pass';
}

function back(peers: readonly PeerForecast[]): string {
  const down = peers.filter((peer) => peer.down).map(({ name }) => name);
  return down.length === 0 ? '' : `take down off ${down.join(', ')} and reload nginx; then, if it is still uneven: `;
}

function remedyFor({ because }: SeenAddresses, peers: number, suggested: readonly string[]): string {
  const relax = 'or let the upstream balance by least_conn for the time of the test: loadwitness nginx relax';
  if (because !== undefined) {
    return `load from other machines, or past the published port, to the address of nginx's container in its network, with --source-addresses; ${relax}`;
  }
  if (suggested.length > 0) return `connect from addresses that ip_hash spreads: --source-addresses ${suggested.join(',')}; ${relax}`;
  return `give --source-addresses in many different /24 networks, at least ${10 * peers} of them, or load from several machines; ${relax}`;
}
