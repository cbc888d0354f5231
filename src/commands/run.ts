import type { Flags } from '../config/load.js';
import { type ExitCode, UsageError } from '../errors.js';
import { type ControlledOptions, withControl } from './child-dashboard.js';
import { conduct, type Night } from './conduct.js';
import type { Control } from './control.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { type OutputOptions, outputOptions } from './outputs.js';
import { ownLoad } from './own-load.js';
import { type OneRun, parseRepeats, type RepeatOptions, repeatRun } from './repeat.js';

/** The options of `run` as they were typed. */
export interface RunOptions extends Flags, RepeatOptions, OutputOptions, ControlledOptions {
  /** The configuration file. */
  config?: string;
  /** `--target` under Locust's name. */
  host?: string;
  preflight: boolean;
  relaxNginx?: boolean;
}

/** `loadwitness run`: the whole night, or several in a row. */
export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const repeats = parseRepeats(options);
  if (repeats.times > 1 && (options.report ?? []).length > 0) {
    throw new UsageError(
      '--report writes the result of one run; with --repeat use "loadwitness compare --report" or "loadwitness report" of a run',
    );
  }
  const { config, notices, secrets } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  for (const notice of notices) io.say(`note: ${notice}`);
  const { out, preflight, relaxNginx = false } = options;
  const night = { config, secrets, out, preflight, relaxNginx, outputs: outputOptions(options) };
  return await withControl(options, io, async (control) => {
    if (repeats.times === 1) return await conduct({ ...night, drive: ownLoad(control), onFolder: control.onFolder }, control.io);
    return await repeatRun(repeats, oneOf(night, control), config.strict, control.io);
  });
}

const oneOf =
  (night: Omit<Night, 'drive'>, control: Control): OneRun =>
  async (io) => {
    let folder: string | undefined;
    const onFolder = (path: string) => {
      folder = path;
      control.onFolder(path);
    };
    const exitCode = await conduct({ ...night, drive: ownLoad(control), onFolder }, io);
    return { exitCode, folder };
  };

/** The flags with `--host` as the target where there is no `--target`. */
export function withHost<T extends Flags & { host?: string }>(options: T): T {
  return { ...options, target: options.target ?? options.host };
}
