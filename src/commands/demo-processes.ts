import type { Fault } from '../demo/fault.js';
import { type Stack, startStack } from '../demo/stack.js';
import { accountFileIn, type DemoTarget, REGISTRATIONS_PER_SECOND } from './demo-target.js';
import type { Io } from './io.js';

/** Brings the target up as processes of this machine. */
export async function startProcesses(
  options: { faults: readonly Fault[]; jwtSecret: string | undefined; install: boolean },
  io: Io,
): Promise<DemoTarget> {
  const { faults, jwtSecret, install } = options;
  const stack = await startStack({ faults, ...(jwtSecret && { jwtSecret }), install, onProgress: io.say, signal: io.signal });
  return { folder: stack.folder, layer: layerOf(stack), file: fileOf(stack), stop: () => stack.stop() };
}

function layerOf({ target, backends, redis, nginx, envFile, accounts, sourceAddresses, folder }: Stack): DemoTarget['layer'] {
  const registered = { file: accountFileIn(folder), perSecond: REGISTRATIONS_PER_SECOND };
  return { target, backends, redis, nginx, envFile, accounts, sourceAddresses, registered, replicas: backends.length };
}

function fileOf({ target, backends, redis, nginx, envFile, accounts, sourceAddresses, folder }: Stack): object {
  return {
    target,
    source_addresses: sourceAddresses,
    test_accounts: accounts,
    registered: { file: accountFileIn(folder), per_second: REGISTRATIONS_PER_SECOND },
    infrastructure: {
      replicas: backends.length,
      backends,
      redis,
      nginx: {
        config: nginx.config,
        upstream: nginx.upstream,
        method: nginx.method,
        status_url: nginx.statusUrl,
        error_log: nginx.errorLog,
      },
      env_file: envFile,
    },
  };
}
