import type { Flags } from '../config/load.js';
import type { ExitCode } from '../errors.js';
import { conduct } from './conduct.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { ownLoad } from './own-load.js';

/** The options of `run` as they were typed. */
export interface RunOptions extends Flags {
  /** The configuration file. */
  config?: string;
  /** `--target` under Locust's name. */
  host?: string;
  out: string;
  preflight: boolean;
  relaxNginx?: boolean;
}

/** `loadwitness run`: the whole night. */
export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const { config, notices, secrets } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  for (const notice of notices) io.say(`note: ${notice}`);
  const { out, preflight, relaxNginx = false } = options;
  return await conduct({ config, secrets, out, preflight, relaxNginx, drive: ownLoad() }, io);
}

/** The flags with `--host` as the target where there is no `--target`. */
export function withHost<T extends Flags & { host?: string }>(options: T): T {
  return { ...options, target: options.target ?? options.host };
}
