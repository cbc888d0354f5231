import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ipHash, ipHashPeer } from '../../../src/clients/nginx/ip-hash.js';
import { get, type NginxHttp, startNginxHttp } from '../../helpers/nginx-http.js';

/** Spread over what can be an address, and the same each time. */
const IPV4 = Array.from({ length: 100 }, (_, n) => `127.${(n * 37) % 256}.${(n * 91 + 5) % 256}.${(n % 254) + 1}`);
const IPV6 = Array.from({ length: 100 }, (_, n) =>
  n % 10 === 0 ? `fe80::${n + 1}` : `2001:db8:${(n * 7919).toString(16).slice(-4)}::${(n * 31).toString(16)}:${n.toString(16)}`,
);

const PLANS: [string, { weight: number; down: boolean }[]][] = [
  ['two servers', peers(1, 1)],
  ['three servers', peers(1, 1, 1)],
  ['five servers', peers(1, 1, 1, 1, 1)],
  ['three servers with weights', peers(3, 1, 2)],
  ['five servers with weights', peers(1, 7, 2, 2, 5)],
  ['two servers, the first down', down(0, 1, 1)],
  ['three servers, the second down', down(1, 1, 1, 1)],
  ['five servers with weights, the heaviest down', down(1, 1, 7, 2, 2, 5)],
  ['a single server', peers(1)],
];

function peers(...weights: number[]) {
  return weights.map((weight) => ({ weight, down: false }));
}

function down(index: number, ...weights: number[]) {
  return peers(...weights).map((peer, at) => ({ ...peer, down: at === index }));
}

/** nginx is its own backend: each answers with its number. */
function http([own = 0, behind = 0, both = 0]: readonly number[], folder: string): string {
  const backends = [0, 1, 2, 3, 4].map((n) => `server { listen unix:${folder}/${n}.sock; location / { return 200 "${n}"; } }`);
  const upstreams = PLANS.map(
    ([, servers], plan) =>
      `upstream plan${plan} { ip_hash; ${servers.map(({ weight, down: isDown }, n) => `server unix:${folder}/${n}.sock weight=${weight}${isDown ? ' down' : ''};`).join(' ')} }`,
  );
  const locations = PLANS.map((_, plan) => `location /plan${plan} { proxy_pass http://plan${plan}; }`).join(' ');
  const hasIpv6 = networkInterfaces().lo?.some(({ family }) => family === 'IPv6');
  return `${[...backends, ...upstreams].join('\n')}
    server { listen 127.0.0.1:${own}; ${locations} }
    server { listen 127.0.0.1:${behind}; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP; ${locations} }
    ${hasIpv6 ? `server { listen [::]:${both} ipv6only=off; ${locations} }` : ''}`;
}

describe('ipHashPeer', () => {
  let nginx: NginxHttp;
  beforeAll(async () => {
    nginx = await startNginxHttp(3, http);
  });
  afterAll(() => nginx?.end());

  it.each(PLANS.map(([name, servers], plan) => [name, servers, plan] as const))(
    'chooses what a real nginx chooses, of %s, for 100 addresses of IPv4 and 100 of IPv6',
    async (_, servers, plan) => {
      const [own = 0, behind = 0] = nginx.ports;
      const seen: Record<string, number> = {};
      for (const address of IPV4) seen[address] = Number(await get(own, `/plan${plan}`, { localAddress: address }));
      for (const address of IPV6) seen[address] = Number(await get(behind, `/plan${plan}`, { headers: { 'X-Real-IP': address } }));
      expect(Object.keys(seen)).toHaveLength(200);
      expect(seen).toEqual(Object.fromEntries([...IPV4, ...IPV6].map((address) => [address, ipHashPeer(address, servers)])));
    },
  );

  it.runIf(networkInterfaces().lo?.some(({ family }) => family === 'IPv6'))(
    'takes all of an IPv4 address that comes through a socket of IPv6',
    async () => {
      const [, , both = 0] = nginx.ports;
      const addresses = IPV4.slice(0, 40);
      const seen = await Promise.all(addresses.map(async (address) => Number(await get(both, '/plan2', { localAddress: address }))));
      expect(seen).toEqual(addresses.map((address) => ipHashPeer(`::ffff:${address}`, PLANS[2]?.[1] ?? [])));
    },
  );

  it('gives up after 20 tries, as nginx does', () => {
    const servers = down(0, 400, 1, 1);
    const chosen = [...IPV4, ...IPV6].map((address) => ipHashPeer(address, servers));
    expect(chosen).toContain(undefined);
    expect(chosen).not.toContain(0);
    expect(ipHashPeer('127.0.0.1', down(0, 1))).toBe(0);
  });
});

describe('ipHash', () => {
  it('looks at three octets of IPv4, and at all of IPv6 however it is written', () => {
    expect(ipHash('10.1.2.3')).toBe(ipHash('10.1.2.200'));
    expect(ipHash('10.1.2.3')).not.toBe(ipHash('10.1.3.3'));
    expect(ipHash('2001:DB8:0:0:0:0:0:1')).toBe(ipHash('2001:db8::1'));
    expect(ipHash('::ffff:10.1.2.3')).toBe(ipHash('::ffff:a01:203'));
    expect(ipHash('fe80::1%eth0')).toBe(ipHash('fe80::1'));
    expect(ipHash('::1')).not.toBe(ipHash('::2'));
  });
});
