import { connectDocker } from '../clients/docker.js';
import type { ConfigLayer } from '../config/layer.js';
import { GUIDE_ACCOUNTS } from '../demo/accounts.js';
import { BACKEND_PORT, OFFICIAL_IMAGES, type StackImages } from '../demo/containers/options.js';
import { type ContainerStack, startContainerStack } from '../demo/containers/stack.js';
import type { Fault } from '../demo/fault.js';
import { CHANNEL } from '../demo/service-config.js';
import { sharedSettings } from '../demo/stack-faults.js';
import { UsageError } from '../errors.js';
import { accountFileIn, type DemoTarget, REGISTRATIONS_PER_SECOND } from './demo-target.js';
import type { Io } from './io.js';

/** As in the guide. */
const PREFIX = 'kindmap';

/**
 * Brings the target up in containers, with the guide's names. Only their names are told on: everything else is found as with any target.
 * @throws UsageError where the Engine, an image or a name cannot be used
 */
export async function startContainers(options: { faults: readonly Fault[]; jwtSecret: string | undefined }, io: Io): Promise<DemoTarget> {
  const { faults, jwtSecret } = options;
  if (faults.some(({ kind }) => kind === 'unreadable-logs')) {
    throw new UsageError(
      '--fault unreadable-logs: Docker keeps the logs of containers, so that there is no file to hide; leave out --docker',
    );
  }
  await refuseWithoutEngine(io);
  const stack = await startContainerStack({
    images: imagesOf(io.env),
    prefix: PREFIX,
    faults,
    env: io.env,
    onProgress: io.say,
    signal: io.signal,
    ...(jwtSecret && { jwtSecret }),
  });
  const { lists } = sharedSettings(faults);
  return { folder: stack.folder, layer: layerOf(stack, lists), file: fileOf(stack, lists), stop: () => stack.stop() };
}

/** What it says by itself names the Engine; what to do about it is said here. */
async function refuseWithoutEngine(io: Io): Promise<void> {
  const docker = connectDocker({ env: io.env });
  try {
    await docker.engine(io.signal);
  } catch (error) {
    io.signal.throwIfAborted();
    throw new UsageError(`demo --docker needs a Docker Engine. ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    docker.close();
  }
}

/** The official images, or those that the environment names in their place. */
export function imagesOf(env: NodeJS.ProcessEnv): StackImages {
  return {
    node: env.LOADWITNESS_DEMO_NODE_IMAGE || OFFICIAL_IMAGES.node,
    redis: env.LOADWITNESS_DEMO_REDIS_IMAGE || OFFICIAL_IMAGES.redis,
    nginx: env.LOADWITNESS_DEMO_NGINX_IMAGE || OFFICIAL_IMAGES.nginx,
  };
}

function layerOf(
  { target, backends, redis, nginx, upstream, method, nginxConf, envFile, folder }: ContainerStack,
  lists: string[],
): ConfigLayer {
  return {
    target,
    replicas: backends.length,
    docker: { backends: { name: `${PREFIX}-fastapi-*`, service: 'fastapi' }, redis, nginx, port: BACKEND_PORT },
    redis: { channel: CHANNEL, lists },
    nginx: { config: nginxConf, upstream, method },
    envFile,
    accounts: GUIDE_ACCOUNTS.map((account) => ({ ...account })),
    registered: { file: accountFileIn(folder), perSecond: REGISTRATIONS_PER_SECOND },
  };
}

function fileOf({ target, backends, redis, nginx, upstream, method, nginxConf, envFile, folder }: ContainerStack, lists: string[]): object {
  return {
    target,
    test_accounts: GUIDE_ACCOUNTS,
    registered: { file: accountFileIn(folder), per_second: REGISTRATIONS_PER_SECOND },
    infrastructure: {
      replicas: backends.length,
      docker: { backends: { name: `${PREFIX}-fastapi-*`, service: 'fastapi' }, redis, nginx, port: BACKEND_PORT },
      redis: { channel: CHANNEL, lists },
      nginx: { config: nginxConf, upstream, method },
      env_file: envFile,
    },
  };
}
