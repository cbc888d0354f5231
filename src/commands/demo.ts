import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { ConfigLayer } from '../config/layer.js';
import type { Flags } from '../config/load.js';
import { GUIDE_ACCOUNTS } from '../demo/accounts.js';
import { parseFault } from '../demo/fault.js';
import { type Stack, startStack } from '../demo/stack.js';
import type { ExitCode } from '../errors.js';
import { conduct } from './conduct.js';
import { exitCodeOfSignal } from './exit-code.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { ownLoad } from './own-load.js';

/** The options of `demo` as they were typed. */
export interface DemoOptions extends Flags {
  out: string;
  /** Each as {@link parseFault} takes it. */
  fault: readonly string[];
  /** Whether missing packages may be installed. */
  install: boolean;
  preflight: boolean;
  /** Only brings the stack up and waits for a signal. */
  serve: boolean;
}

/** What the demo runs unless flags say otherwise: a minute, long enough for every criterion to have its samples. */
const STAGES = [
  { name: 'Warm-up', users: 30, spawnRate: 3, untilSeconds: 15 },
  { name: 'Load', users: 60, spawnRate: 6, untilSeconds: 60 },
];

/** `loadwitness demo`: the whole night on a target that it brings up and takes down itself. */
export async function demo(options: DemoOptions, io: Io): Promise<ExitCode> {
  const faults = options.fault.map(parseFault);
  // A mistake in the flags should not cost the time that the stack takes.
  const planned = await resolveConfig({ flags: options, env: io.env, base: { target: 'ws://127.0.0.1', accounts: GUIDE_ACCOUNTS } });
  const jwtSecret = io.env[planned.config.minted.secretEnv];
  const stack = await startStack({
    faults,
    ...(jwtSecret && { jwtSecret }),
    install: options.install,
    onProgress: io.say,
    signal: io.signal,
  });
  try {
    if (options.serve) return await serve(stack, io);
    const { config, notices, secrets } = await resolveConfig({ flags: options, env: io.env, base: layerOf(stack) });
    for (const notice of notices) io.say(`note: ${notice}`);
    return await conduct({ config, secrets, out: options.out, preflight: options.preflight, drive: ownLoad() }, io);
  } finally {
    await stack.stop();
  }
}

/** The embedded target hashes passwords beside its event loop. */
const REGISTRATIONS_PER_SECOND = 10;

/** Registered accounts end with the target that knows them. */
const accountFileIn = (folder: string): string => join(folder, 'accounts.json');

/** What the stack knows of itself, as a layer of the configuration. */
function layerOf({ target, backends, redis, nginx, envFile, accounts, sourceAddresses, folder }: Stack): ConfigLayer {
  const registered = { file: accountFileIn(folder), perSecond: REGISTRATIONS_PER_SECOND };
  return { target, backends, redis, nginx, envFile, accounts, sourceAddresses, registered, replicas: backends.length, stages: STAGES };
}

async function serve(stack: Stack, io: Io): Promise<ExitCode> {
  const file = join(stack.folder, 'loadwitness.yaml');
  await writeFile(file, stringify(configFileOf(stack)), { mode: 0o600 });
  io.say(`the target is up until Ctrl-C: loadwitness run --config ${file}`);
  io.out(`${file}\n`);
  await sleep(2 ** 31 - 1, undefined, { signal: io.signal }).catch(() => undefined); // A signal is how this is meant to end.
  return exitCodeOfSignal(io.signal.reason);
}

/** The same as a configuration file. */
function configFileOf({ target, backends, redis, nginx, envFile, accounts, sourceAddresses, folder }: Stack): object {
  return {
    target,
    source_addresses: sourceAddresses,
    test_accounts: accounts,
    registered: { file: accountFileIn(folder), per_second: REGISTRATIONS_PER_SECOND },
    infrastructure: {
      replicas: backends.length,
      backends,
      redis,
      nginx: { config: nginx.config, upstream: nginx.upstream, method: nginx.method, status_url: nginx.statusUrl },
      env_file: envFile,
    },
  };
}
