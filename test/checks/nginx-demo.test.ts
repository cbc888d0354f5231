import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import buffering from '../../checks/nginx-buffering.js';
import forecast from '../../checks/nginx-ip-hash-forecast.js';
import rateLimits from '../../checks/nginx-rate-limits.js';
import readTimeout from '../../checks/nginx-read-timeout.js';
import statusPage from '../../checks/nginx-status-page.js';
import upgradeHeaders from '../../checks/nginx-upgrade-headers.js';
import upstreamAddresses from '../../checks/nginx-upstream-addresses.js';
import upstreamMethod from '../../checks/nginx-upstream-method.js';
import workerConnections from '../../checks/nginx-worker-connections.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import { checkContext } from '../helpers/check-context.js';

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

/** One fault a line: what is changed in nginx.conf, and the one check that is to find it. */
const FAULTS: [string, RegExp, string, string][] = [
  ['round robin instead of ip_hash', /ip_hash;/, '', 'nginx-upstream-method'],
  ['a missing upgrade header', /proxy_set_header Upgrade \$http_upgrade;/, '', 'nginx-upgrade-headers'],
  ['HTTP/1.0', /proxy_http_version 1\.1;/, '', 'nginx-upgrade-headers'],
  ['a read timeout of 60 s', /proxy_read_timeout 3600s;/, 'proxy_read_timeout 60s;', 'nginx-read-timeout'],
  ['512 connections', /worker_connections \d+;/, 'worker_connections 512;', 'nginx-worker-connections'],
  ['small frames held back', /server_tokens off;/, 'tcp_nodelay off;', 'nginx-buffering'],
  [
    'a rate limit on login',
    /server_tokens off;([\s\S]*?)location \/ \{/,
    'limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;$1location / { limit_req zone=login;',
    'nginx-rate-limits',
  ],
  ['a server that is down for good', /(server 127[\d.:]+);/, '$1 down;', 'nginx-ip-hash-forecast'],
];

describe('the checks of nginx of the embedded target', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ install: false, onProgress: () => undefined });
  }, 60_000);
  afterAll(() => stack?.stop());

  const contextOf = (config = stack.nginx.config) => {
    const { target, backends, nginx, accounts, sourceAddresses } = stack;
    return checkContext({ target, backends, accounts, sourceAddresses, nginx: { ...nginx, config } });
  };

  const found = async (config?: string) => {
    const ctx = contextOf(config);
    const results = await Promise.all(CHECKS.map(async (check) => ({ id: check.id, ...(await check.run(ctx)) })));
    return results.filter(({ status }) => status === 'fail' || status === 'warn' || status === 'error');
  };

  it('find nothing', async () => {
    const ctx = contextOf();
    const results = await Promise.all(CHECKS.map(async (check) => [check.id, (await check.run(ctx)).status]));
    expect(results.filter(([, status]) => status !== 'pass')).toEqual([]);
  });

  it.each(FAULTS)('find %s, each by the check that is named after it alone', async (_, pattern, replacement, id) => {
    const text = await readFile(stack.nginx.config, 'utf8');
    const changed = text.replace(pattern, replacement);
    expect(changed).not.toBe(text);
    const config = `${stack.nginx.config}.changed`;
    await writeFile(config, changed);
    expect((await found(config)).map((one) => one.id)).toEqual([id]);
  });
});
