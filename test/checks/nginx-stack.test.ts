import { afterAll, beforeAll, expect, it } from 'vitest';
import buffering from '../../checks/nginx-buffering.js';
import forecast from '../../checks/nginx-ip-hash-forecast.js';
import rateLimits from '../../checks/nginx-rate-limits.js';
import readTimeout from '../../checks/nginx-read-timeout.js';
import statusPage from '../../checks/nginx-status-page.js';
import upgradeHeaders from '../../checks/nginx-upgrade-headers.js';
import upstreamAddresses from '../../checks/nginx-upstream-addresses.js';
import upstreamMethod from '../../checks/nginx-upstream-method.js';
import workerConnections from '../../checks/nginx-worker-connections.js';
import { readNginx } from '../../src/clients/nginx.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { checkContext } from '../helpers/check-context.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { startTestStack } from '../stack/stack.js';

const describe = await engineOrSkip();

const CHECKS = [
  upgradeHeaders,
  readTimeout,
  buffering,
  rateLimits,
  workerConnections,
  upstreamAddresses,
  upstreamMethod,
  forecast,
  statusPage,
];

describe('the checks of nginx in a container', () => {
  let stack: ContainerStack;
  beforeAll(async () => {
    stack = await startTestStack({ method: 'ip_hash', stubStatus: true });
  }, 120_000);
  afterAll(() => stack?.stop(), 60_000);

  const contextOf = (layer: ConfigLayer = {}) =>
    checkContext(
      {
        target: stack.target,
        docker: {},
        backends: stack.backends.map((name) => ({ name, container: name })),
        nginx: {
          container: stack.nginx,
          upstream: stack.upstream,
          method: stack.method,
          ...(stack.statusUrl && { statusUrl: stack.statusUrl }),
        },
        ...layer,
      },
      { env: process.env },
    );

  it('find nothing but what a published port does to ip_hash', async () => {
    const ctx = contextOf();
    const results = await Promise.all(CHECKS.map(async (check) => [check.id, await check.run(ctx)] as const));
    const failed = results.filter(([, { status }]) => status !== 'pass');
    expect(failed).toEqual([
      [
        'nginx-ip-hash-forecast',
        expect.objectContaining({
          status: 'fail',
          observed: expect.stringMatching(
            /^1000 users from 1 address \(1 for ip_hash\): .*; through the port that Docker publishes nginx sees only the gateway [\d.]+ of its network /,
          ),
        }),
      ],
    ]);
    const [observed] = results.flatMap(([id, result]) => (id === 'nginx-worker-connections' ? [result.observed] : []));
    expect(observed).toBe('worker_connections 8192 × 1 worker (running) = 8192; open files of a worker: 16384');
  }, 60_000);

  it('sees the gateway in the place of any source address, and the addresses themselves past the published port', async () => {
    const spread = Array.from({ length: 40 }, (_, n) => `127.0.${n + 1}.1`);
    const through = await forecast.run(contextOf({ sourceAddresses: spread }));
    expect(through.observed).toContain('nginx sees only the gateway');
    const { addresses } = await stack.inspect(stack.nginx);
    const past = await forecast.run(contextOf({ target: `ws://${addresses[0]?.ipv4}:80`, sourceAddresses: spread }));
    expect(past.observed).toContain('from 40 addresses (40 for ip_hash)');
    // nginx itself sees what was forecast.
    const gateway = addresses[0]?.gateway ?? '';
    await fetch(`${stack.target.replace('ws', 'http')}/health`);
    await until('the line of the access log', async () => {
      let log = '';
      for await (const { data } of stack.docker.logs(stack.nginx, { since: '0', follow: false }, new AbortController().signal)) log += data;
      return log.includes(` ${gateway} - - `);
    });
  }, 60_000);

  it('tell that an address has changed since nginx looked it up, until it is reloaded', async () => {
    const [, second = ''] = stack.backends;
    await stack.replace(second);
    const stale = await upstreamAddresses.run(contextOf());
    expect(stale).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining(second),
      remedy: expect.stringContaining(`docker exec ${stack.nginx} nginx -s reload`),
    });
    expect(stale.observed).not.toContain(stack.backends[0]);
    const reload = await stack.docker.exec(stack.nginx, ['nginx', '-s', 'reload']);
    expect(reload.exitCode).toBe(0);
    await until('the reload', async () => (await upstreamAddresses.run(contextOf())).status === 'pass');
  }, 60_000);

  it('read the files themselves when nginx would not start with them', async () => {
    const [, , third = ''] = stack.backends;
    await stack.kill(third);
    const reading = await readNginx({ container: stack.nginx, upstream: '', method: '' }, stack.docker);
    expect(reading?.from).toMatch(/^\/etc\/nginx\/nginx\.conf in .*host not found in upstream/);
    expect(reading?.configuration.upstreams()[0]?.servers).toHaveLength(3);
    expect(await upstreamAddresses.run(contextOf())).toMatchObject({
      status: 'pass',
      observed: expect.stringContaining(`no running container is known for ${third}`),
    });
  }, 60_000);
});
