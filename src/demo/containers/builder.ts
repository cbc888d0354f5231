import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '../../clients/docker/connection.js';
import { connectDocker } from '../../clients/docker.js';
import { freePort } from '../ports.js';
import { envFile, UPSTREAM } from '../service-config.js';
import { sharedSettings } from '../stack-faults.js';
import { appMounts } from './app-mounts.js';
import { engineOf } from './connection.js';
import { nginxConf } from './nginx-conf.js';
import { BACKEND_PORT, type ContainerStackOptions, REDIS_PORT, STACK_LABEL } from './options.js';
import { backendContainer, createOptions, nginxContainer, type PlannedContainer, redisContainer } from './plan.js';
import { backendReady, nginxReady, redisReady } from './readiness.js';
import type { Reaper } from './reaping.js';
import type { ContainerStack } from './stack.js';

/** For {@link ContainerStack.restart}: as process 1, Node and the shell take no notice of SIGTERM. */
const STOP_SECONDS = 1;

/** Makes the parts of one stack, each when the one before is ready. */
export class Builder {
  private readonly prefix: string;
  private readonly jwtSecret: string;
  private readonly planned = new Map<string, PlannedContainer>();

  constructor(
    private readonly connection: Connection,
    private readonly options: ContainerStackOptions,
    private readonly site: { id: string; folder: string; reaper: Reaper },
  ) {
    this.prefix = options.prefix ?? 'kindmap';
    this.jwtSecret = options.jwtSecret ?? randomBytes(32).toString('hex');
  }

  /** @throws KnownError with the end of its log where a part does not come up */
  async build(replicas: number): Promise<ContainerStack> {
    const { options, prefix } = this;
    await this.makeNetwork();
    this.say('starting Redis');
    const redis = await this.up(redisContainer(prefix, options));
    this.say(`starting ${replicas} backends`);
    const app = appMounts();
    const numbers = Array.from({ length: replicas }, (_, index) => index + 1);
    const backends = await allUp(numbers.map((n) => this.up(backendContainer(prefix, n, options, this.jwtSecret, app))));
    const port = await freePort('127.0.0.1');
    const { oneAddress, workerConnections, moved } = sharedSettings(options.faults ?? []);
    // Through a published port nginx sees the gateway's address alone.
    const method = oneAddress ? 'ip_hash' : (options.method ?? 'least_conn');
    const conf = join(this.site.folder, 'nginx.conf');
    const upstream = backends.map((backend) => `${backend}:${BACKEND_PORT}`);
    const env = join(this.site.folder, '.env');
    await writeFile(env, envFile({ address: redis, port: REDIS_PORT }));
    // The folder is this user's alone; nginx, which is root in its container, is given the file.
    await writeFile(conf, nginxConf({ backends: upstream, method, stubStatus: options.stubStatus ?? false, workerConnections }), {
      mode: 0o644,
    });
    this.say('starting nginx');
    const nginx = await this.up(nginxContainer(prefix, options, conf, port));
    for (const replica of moved) await this.replace(backends[replica - 1] as string);
    return this.stackOf({ backends, redis, nginx, method, nginxConf: conf, envFile: env, port });
  }

  private stackOf(parts: {
    backends: string[];
    redis: string;
    nginx: string;
    method: string;
    nginxConf: string;
    envFile: string;
    port: number;
  }): ContainerStack {
    const { port, ...named } = parts;
    const { id, folder, reaper } = this.site;
    const docker = connectDocker(engineOf(this.options));
    return {
      ...named,
      id,
      folder,
      docker,
      target: `ws://127.0.0.1:${port}`,
      network: this.prefix,
      upstream: UPSTREAM,
      ...(this.options.stubStatus && { statusUrl: `http://127.0.0.1:${port}/nginx_status` }),
      jwtSecret: this.jwtSecret,
      inspect: (name) => docker.inspect(name),
      kill: (name) => this.connection.call(undefined, (engine) => engine.getContainer(name).kill()),
      start: (name) => this.start(name),
      restart: async (name) => {
        await this.connection.call(undefined, (engine) => engine.getContainer(name).stop({ t: STOP_SECONDS }));
        await this.start(name);
      },
      pause: (name) => this.connection.call(undefined, (engine) => engine.getContainer(name).pause()),
      unpause: (name) => this.connection.call(undefined, (engine) => engine.getContainer(name).unpause()),
      replace: (name) => this.replace(name),
      stop: async () => {
        docker.close();
        this.connection.close();
        await reaper.reap();
      },
    };
  }

  private async makeNetwork(): Promise<void> {
    const order = { Name: this.prefix, CheckDuplicate: true, Driver: 'bridge', Labels: { [STACK_LABEL]: this.site.id } };
    await this.connection.call(this.options.signal, (docker, abortSignal) => docker.createNetwork({ ...order, abortSignal }));
  }

  /** Makes a container, starts it and waits until it is ready. */
  private async up(planned: PlannedContainer): Promise<string> {
    this.planned.set(planned.name, planned);
    await this.make(planned);
    await this.start(planned.name, this.options.signal);
    return planned.name;
  }

  private async make(planned: PlannedContainer): Promise<void> {
    const order = createOptions(planned, { id: this.site.id, prefix: this.prefix, network: this.prefix });
    await this.connection.call(this.options.signal, (docker, abortSignal) => docker.createContainer({ ...order, abortSignal }));
  }

  private async start(name: string, signal?: AbortSignal): Promise<void> {
    await this.connection.call(signal, (docker, abortSignal) => docker.getContainer(name).start({ abortSignal }));
    await this.ready(name, this.plannedOf(name), signal);
  }

  private async ready(name: string, planned: PlannedContainer, signal?: AbortSignal): Promise<void> {
    const client = connectDocker(engineOf(this.options));
    try {
      const ending = signal ?? new AbortController().signal;
      if (planned.service === 'redis') await redisReady(client, name, ending);
      if (planned.service === 'fastapi') await backendReady(client, name, ending);
      if (planned.published) await nginxReady(client, name, planned.published.host, ending);
    } finally {
      client.close();
    }
  }

  /** The new one is up before the old one goes, so that they cannot have the same address. */
  private async replace(name: string): Promise<void> {
    const planned = this.plannedOf(name);
    const next = `${name}-next`;
    await this.make({ ...planned, name: next });
    await this.connection.call(undefined, (docker) => docker.getContainer(next).start());
    await this.ready(next, planned);
    await this.connection.call(undefined, (docker) => docker.getContainer(name).remove({ force: true }));
    await this.connection.call(undefined, (docker) => docker.getContainer(next).rename({ name }));
  }

  private plannedOf(name: string): PlannedContainer {
    const planned = this.planned.get(name);
    if (planned === undefined) throw new RangeError(`no container of this stack is called ${name}`);
    return planned;
  }

  private say(line: string): void {
    this.options.onProgress?.(line);
  }
}

/** Waits also for those that come up beside one that fails: nothing may be in the making when the stack is taken down. */
async function allUp(starts: readonly Promise<string>[]): Promise<string[]> {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}
