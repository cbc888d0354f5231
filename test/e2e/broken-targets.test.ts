import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../checks/index.js';
import { localControl } from '../../src/clients/nginx-control.js';
import { createAuth } from '../../src/commands/auth.js';
import { createCheckContext } from '../../src/commands/check-context.js';
import { lookAround } from '../../src/commands/surroundings.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { loadConfig } from '../../src/config/load.js';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { type Stack, startStack } from '../../src/demo/stack.js';
import { runPreflight } from '../../src/preflight/runner.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { startTestStack } from '../stack/stack.js';

const STAGES = [{ name: 'Hold', users: 300, spawnRate: 100, untilSeconds: 600 }];

/** Lets Redis go by no name but this, until it is put back. */
const PASSWORD = 'a-password-that-we-lack';

/** What breaks a healthy target, in the words of the checklist, and what mends it: the remedy that the check tells. */
interface Fault {
  what: string;
  /** The one check that is to find it. */
  found: string;
  /** How the configuration differs while it lasts. */
  layer?: (stack: Stack) => ConfigLayer;
  /** And once it is mended, where it is not as at the beginning then. */
  mended?: (stack: Stack) => ConfigLayer;
  nginx?: [RegExp, string];
  /** Breaks the target itself; gives what mends it. */
  break?: (stack: Stack) => Promise<() => Promise<void>>;
  env?: NodeJS.ProcessEnv;
}

const FAULTS: Fault[] = [
  { what: 'round robin instead of ip_hash', found: 'nginx-upstream-method', nginx: [/ip_hash;/, ''] },
  { what: 'all users on one /24', found: 'nginx-ip-hash-forecast', layer: () => ({ sourceAddresses: ['127.0.1.1', '127.0.1.2'] }) },
  { what: 'a missing upgrade header', found: 'nginx-upgrade-headers', nginx: [/proxy_set_header Upgrade \$http_upgrade;/, ''] },
  { what: 'a read timeout of 60 s', found: 'nginx-read-timeout', nginx: [/proxy_read_timeout 3600s;/, 'proxy_read_timeout 60s;'] },
  { what: '512 worker_connections', found: 'nginx-worker-connections', nginx: [/worker_connections \d+;/, 'worker_connections 512;'] },
  {
    what: 'limit_req on login',
    found: 'nginx-rate-limits',
    nginx: [
      /server_tokens off;([\s\S]*?)location \/ \{/,
      'limit_req_zone $binary_remote_addr zone=login:1m rate=1r/m;$1location / { limit_req zone=login;',
    ],
  },
  {
    what: 'a wrong password',
    found: 'accounts-login',
    layer: ({ accounts: [first, ...others] }) => ({
      identity: 'accounts',
      stages: [{ ...STAGES[0], users: 5 }] as typeof STAGES,
      accounts: [{ email: first?.email ?? '', password: 'wrong' }, ...others],
    }),
    mended: () => ({ identity: 'accounts', stages: [{ ...STAGES[0], users: 5 }] as typeof STAGES }),
  },
  {
    what: 'five accounts for 1,000 users',
    found: 'identity-capacity',
    layer: () => ({ identity: 'accounts', stages: [{ ...STAGES[0], users: 1000 }] as typeof STAGES }),
    mended: () => ({ stages: [{ ...STAGES[0], users: 1000 }] as typeof STAGES }),
  },
  {
    what: 'a log pattern that is never written',
    found: 'log-patterns',
    layer: () => ({ monitoring: { logPatterns: { route_calculated: 'route was calculated' } } }),
  },
  {
    what: 'no credentials for CloudWatch',
    found: 'cloudwatch-access',
    layer: () => ({ cloudwatch: { region: 'eu-west-1', instanceId: 'i-0123456789abcdef0', metrics: [], settleSeconds: 0 } }),
    mended: () => ({}),
  },
  {
    what: 'a Redis whose password we lack',
    found: 'redis-reachable',
    async break({ redis }) {
      const set = async (url: string, password: string) => {
        const client = new Redis(url);
        await client.config('SET', 'requirepass', password);
        client.disconnect();
      };
      await set(redis.url, PASSWORD);
      return () => set(redis.url.replace('redis://', `redis://:${PASSWORD}@`), '');
    },
  },
  {
    what: 'a .env file that disagrees',
    found: 'env-file-agrees',
    async break({ envFile }) {
      const text = await readFile(envFile, 'utf8');
      await writeFile(envFile, text.replace('REDIS_PUBSUB_ENABLED=true', 'REDIS_PUBSUB_ENABLED=false'));
      return () => writeFile(envFile, text);
    },
  },
];

/** Everything that does not pass, but for what is not configured. */
async function findingsOf(base: ConfigLayer): Promise<string[]> {
  const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
  const { config } = loadConfig({ flags: {}, env, base });
  const { signal } = new AbortController();
  const surroundings = await lookAround(config, { env, signal, say: () => undefined }, true);
  try {
    const options = { config: surroundings.config, redis: surroundings.redis, env, out: tmpdir(), yes: false };
    const context = { ...options, auth: createAuth(config), onSecret: () => undefined };
    const { results } = await runPreflight({ checks, ctx: createCheckContext(context, signal), emit: () => undefined });
    return results.filter(({ status }) => status !== 'pass' && status !== 'skip').map(({ check }) => check);
  } finally {
    await surroundings.close();
  }
}

describe('the whole checklist, of processes,', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ install: true, onProgress: () => undefined });
  }, 120_000);
  afterAll(() => stack?.stop());

  function findings(layer: ConfigLayer = {}): Promise<string[]> {
    const { target, backends, redis, nginx, envFile, accounts, sourceAddresses, folder } = stack;
    const registered = { file: join(folder, 'accounts.json'), perSecond: 10 };
    const own = { target, backends, redis, nginx, envFile, accounts, sourceAddresses, registered, replicas: 3, stages: STAGES };
    return findingsOf({ ...own, ...layer });
  }

  async function changed([pattern, replacement]: [RegExp, string]): Promise<() => Promise<void>> {
    const file = stack.nginx.config;
    const text = await readFile(file, 'utf8');
    const broken = text.replace(pattern, replacement);
    expect(broken).not.toBe(text);
    const control = await localControl(file);
    const load = async (content: string) => {
      await writeFile(file, content);
      await control.reload();
    };
    await load(broken);
    return () => load(text);
  }

  it('finds nothing in a healthy target', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each(FAULTS)('finds $what with $found alone, and nothing once it is mended', async ({ found, layer, mended, nginx, ...fault }) => {
    const mend = nginx ? await changed(nginx) : await fault.break?.(stack);
    try {
      expect(await findings(layer?.(stack))).toEqual([found]);
    } finally {
      await mend?.();
    }
    expect(await findings(mended?.(stack))).toEqual([]);
  });
});

/** What breaks a stack of containers, the one check that is to find it, and what mends it. */
const CONTAINER_FAULTS: [string, string, (stack: ContainerStack, backend: string) => Promise<() => Promise<unknown>>][] = [
  [
    'one replica missing',
    'replicas-running',
    async (stack, backend) => {
      await stack.kill(backend);
      // Whether it has its old address again nginx does not know.
      return async () => {
        await stack.start(backend);
        await stack.docker.exec(stack.nginx, ['nginx', '-s', 'reload']);
      };
    },
  ],
  [
    'an upstream gone stale',
    'nginx-upstream-addresses',
    async (stack, backend) => {
      await stack.replace(backend);
      return () => stack.docker.exec(stack.nginx, ['nginx', '-s', 'reload']);
    },
  ],
  [
    'a dead listener',
    'pubsub-subscribers',
    async (stack, backend) => {
      const redis = async (...words: string[]) => (await stack.docker.exec(stack.redis, ['redis-cli', ...words])).stdout.toString();
      const own = (await stack.inspect(backend)).addresses[0]?.ipv4;
      const listener = (await redis('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n').find((line) => line.includes(` addr=${own}:`));
      await redis('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(listener ?? '')?.[1] ?? '');
      return async () => {
        await stack.restart(backend);
        await stack.docker.exec(stack.nginx, ['nginx', '-s', 'reload']);
      };
    },
  ],
];

const describeWithEngine = await engineOrSkip();

describeWithEngine('the whole checklist, of containers,', () => {
  let stack: ContainerStack;
  beforeAll(async () => {
    stack = await startTestStack();
  }, 120_000);
  afterAll(() => stack?.stop());

  const findings = (): Promise<string[]> => {
    const { target, backends, redis, nginx, method, upstream, envFile } = stack;
    const docker = { backends: { name: `${backends[0]?.slice(0, -1)}*` }, redis, nginx };
    const found = findingsOf({ target, docker, nginx: { method, upstream, container: nginx }, envFile, replicas: 3, stages: STAGES });
    // That a backend has just been restarted is told, too, and is no fault.
    return found.then((all) => all.filter((check) => check !== 'replicas-restarts'));
  };

  it('finds nothing in a healthy target', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each(CONTAINER_FAULTS)('finds %s with %s alone, and nothing once it is mended', async (_, found, breakIt) => {
    const mend = await breakIt(stack, stack.backends[1] as string);
    try {
      expect(await findings()).toEqual([found]);
    } finally {
      await mend();
    }
    await until('a target without findings', async () => (await findings()).length === 0, 20_000);
  });
});
