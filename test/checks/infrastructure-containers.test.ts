import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import dockerReachable from '../../checks/docker-reachable.js';
import envFileAgrees from '../../checks/env-file-agrees.js';
import pubsubChannel from '../../checks/pubsub-channel.js';
import pubsubEnabled from '../../checks/pubsub-enabled.js';
import pubsubSubscribers from '../../checks/pubsub-subscribers.js';
import redisMaxclients from '../../checks/redis-maxclients.js';
import redisMemory from '../../checks/redis-memory.js';
import redisOutputBuffer from '../../checks/redis-output-buffer.js';
import redisReachable from '../../checks/redis-reachable.js';
import replicasHealthy from '../../checks/replicas-healthy.js';
import replicasOneWorker from '../../checks/replicas-one-worker.js';
import replicasRestarts from '../../checks/replicas-restarts.js';
import replicasRunning from '../../checks/replicas-running.js';
import replicasSameImage from '../../checks/replicas-same-image.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { runPreflight } from '../../src/preflight/runner.js';
import { checkContext } from '../helpers/check-context.js';
import { dockerCli } from '../helpers/docker-cli.js';
import { recreate } from '../helpers/recreate.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { startTestStack } from '../stack/stack.js';

const CHECKS = [
  dockerReachable,
  redisReachable,
  redisMemory,
  redisOutputBuffer,
  redisMaxclients,
  replicasRunning,
  replicasHealthy,
  replicasSameImage,
  replicasOneWorker,
  replicasRestarts,
  pubsubEnabled,
  pubsubChannel,
  envFileAgrees,
  pubsubSubscribers,
];

const ENABLED = 'REDIS_PUBSUB_ENABLED';
const describe = await engineOrSkip();

describe('checks of a stack of containers', () => {
  let stack: ContainerStack;
  let second: string;
  let layer: ConfigLayer;

  beforeAll(async () => {
    stack = await startTestStack({ healthcheck: true });
    second = stack.backends[1] ?? '';
    const backends = stack.backends.map((name) => ({ name, container: name, port: 8001 }));
    layer = {
      backends,
      replicas: 3,
      envFile: stack.envFile,
      docker: { backends: { name: `${stack.network}-fastapi-*` }, redis: stack.redis },
      redis: { url: 'redis://127.0.0.1:6379', container: stack.redis },
    };
    await healthy();
  }, 240_000);
  afterAll(async () => stack?.stop());
  // Each remedy turns it green.
  afterEach(healthy, 90_000);

  async function run(changes: ConfigLayer = {}) {
    const ctx = checkContext({ ...layer, ...changes }, { env: process.env });
    const { results } = await runPreflight({ checks: CHECKS, ctx, emit: () => undefined });
    return results;
  }

  const red = (results: Awaited<ReturnType<typeof run>>) => results.filter(({ status }) => status === 'fail' || status === 'error');

  /** A replica that a test alone has started anew is younger than the others, and `replicas-restarts` may say so. */
  const isOdd = ({ check, status }: { check: string; status: string }) =>
    status !== 'pass' && !(check === 'replicas-restarts' && status === 'warn');

  /** What the one check that is red says. */
  async function only(id: string, changes: ConfigLayer = {}) {
    const results = await run(changes);
    expect(red(results).map(({ check }) => check)).toEqual([id]);
    expect(results.filter((one) => isOdd(one) && one.status === 'warn')).toEqual([]);
    const found = red(results)[0];
    return { observed: found?.observed ?? '', remedy: found?.remedy ?? '' };
  }

  async function healthy() {
    let last = '';
    await until(
      'every check passes',
      async () => {
        const results = (await run()).filter(isOdd);
        last = results.map(({ check, status, observed }) => `${check} ${status}: ${observed}`).join('\n');
        return results.length === 0;
      },
      60_000,
    ).catch((error: unknown) => Promise.reject(new Error(last, { cause: error })));
  }

  /** Types what the remedy says, up to the next word for people. */
  async function type(remedy: string, program: string): Promise<void> {
    const command = remedy.slice(remedy.indexOf(program)).split(/; | \(|, or /)[0] ?? '';
    await promisify(execFile)('sh', ['-c', command]);
  }

  it('are all green while nothing is wrong, also with Redis asked by its address', async () => {
    const { addresses } = await stack.inspect(stack.redis);
    const results = await run({ redis: { url: `redis://${addresses[0]?.ipv4}:6379` } });
    expect(results.filter(isOdd)).toEqual([]);
    expect(results.find(({ check }) => check === 'replicas-healthy')?.observed).toBe('3 of 3 healthy');
  });

  it('find a replica that is stopped', async () => {
    await stack.kill(second);
    const { observed, remedy } = await only('replicas-running');
    expect(observed).toContain(`2 of 3 run; ${second}: exited (code 137)`);
    await type(remedy, 'docker start');
  }, 120_000);

  it('find a replica that is paused', async () => {
    await stack.pause(second);
    const { observed, remedy } = await only('replicas-running');
    expect(observed).toContain(`${second}: paused`);
    await type(remedy, 'docker unpause');
  }, 120_000);

  it('find a replica that is not there any more', async () => {
    const { observed } = await only('replicas-running', { backends: layer.backends?.slice(0, 2) ?? [] });
    expect(observed).toContain('2 of 3 run');
    const gone = { name: 'gone', container: `${second}-gone`, port: 8001 };
    expect((await only('replicas-running', { backends: [...(layer.backends?.slice(0, 2) ?? []), gone] })).observed).toContain(
      `gone: there is no container ${second}-gone`,
    );
  }, 120_000);

  it('find a replica that is unhealthy', async () => {
    const { pid } = await stack.inspect(second);
    // The Engine's health check times out at a process that stands still.
    process.kill(pid, 'SIGSTOP');
    await until('it is unhealthy', async () => (await stack.inspect(second)).health === 'unhealthy', 60_000);
    const { observed, remedy } = await only('replicas-healthy');
    expect(observed).toBe(`2 of 3 healthy; ${second}: unhealthy by its health check`);
    await type(remedy, 'docker restart');
  }, 180_000);

  it('find Pub/Sub off in one container', async () => {
    await recreate(stack, second, { [ENABLED]: 'false' });
    try {
      const { observed, remedy } = await only('pubsub-enabled');
      expect(observed).toContain(`${second}: false`);
      expect(remedy).toContain(`docker compose -p ${stack.network} up -d --no-deps --force-recreate fastapi`);
    } finally {
      // What Compose would do, which the stack was not made by.
      await recreate(stack, second, { [ENABLED]: 'true' });
    }
  }, 180_000);

  it('find another channel in one container', async () => {
    await recreate(stack, second, { REDIS_PUBSUB_CHANNEL: 'others' });
    try {
      const { observed } = await only('pubsub-channel');
      expect(observed).toContain(`${second}: others`);
    } finally {
      await recreate(stack, second, { REDIS_PUBSUB_CHANNEL: 'kindmap_events' });
    }
  }, 180_000);

  it('find a .env file that disagrees', async () => {
    const text = await readFile(stack.envFile, 'utf8');
    await writeFile(stack.envFile, text.replace(`${ENABLED}=true`, `${ENABLED}=false`));
    const { observed, remedy } = await only('env-file-agrees');
    expect(observed).toContain(`${ENABLED}: false in ${stack.envFile}, true in the backends`);
    await type(remedy, 'sed ');
  }, 120_000);

  it('find a listener that died, and whose it was', async () => {
    const { addresses } = await stack.inspect(second);
    const list = await dockerCli('exec', stack.redis, 'redis-cli', 'CLIENT', 'LIST', 'TYPE', 'pubsub');
    const id = list
      .split('\n')
      .find((line) => line.includes(` addr=${addresses[0]?.ipv4}:`))
      ?.match(/^id=(\d+)/)?.[1];
    expect(await dockerCli('exec', stack.redis, 'redis-cli', 'CLIENT', 'KILL', 'ID', id ?? '')).toBe('1');
    const { observed, remedy } = await only('pubsub-subscribers');
    expect(observed).toBe(`2 of 3; ${second} does not listen`);
    await type(remedy, 'docker restart');
  }, 180_000);

  it('find a Redis whose password is lacking', async () => {
    await dockerCli('exec', stack.redis, 'redis-cli', 'CONFIG', 'SET', 'requirepass', 'hunter2');
    try {
      const { observed, remedy } = await only('redis-reachable');
      expect(observed).toContain('needs a password (NOAUTH)');
      expect(remedy).toContain(`docker exec -it ${stack.redis} redis-cli --askpass ping`);
      const results = await run({ redis: { url: 'redis://:hunter2@127.0.0.1:6379', container: stack.redis } });
      expect(results.filter(isOdd)).toEqual([]);
    } finally {
      await dockerCli('exec', '-e', 'REDISCLI_AUTH=hunter2', stack.redis, 'redis-cli', 'CONFIG', 'SET', 'requirepass', '');
    }
  }, 120_000);

  it('find two workers in one container', async () => {
    const idle = 'process.stdin.resume();process.stdin.on("end",()=>process.exit())';
    const workers = `for(let i=0;i<2;i++)require("node:child_process").spawn(process.execPath,["-e",${JSON.stringify(idle)}],{stdio:["pipe","ignore","ignore"]})`;
    const preload = `data:text/javascript,import{createRequire}from"node:module";const require=createRequire("file:///");if(process.pid===1){${workers}}`;
    await recreate(stack, second, { WEB_CONCURRENCY: '2', NODE_OPTIONS: `--import=${encodeURI(preload)}` });
    try {
      const { observed } = await only('replicas-one-worker');
      expect(observed).toContain(`${second}: 2 like processes beside each other`);
    } finally {
      await recreate(stack, second, {}, ['WEB_CONCURRENCY', 'NODE_OPTIONS']);
    }
  }, 180_000);
});
