import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Flags } from '../config/load.js';
import { GUIDE_ACCOUNTS } from '../demo/accounts.js';
import { parseFault } from '../demo/fault.js';
import type { ExitCode } from '../errors.js';
import { type ControlledOptions, withControl } from './child-dashboard.js';
import { conduct } from './conduct.js';
import type { Control } from './control.js';
import { startContainers } from './demo-containers.js';
import { startProcesses } from './demo-processes.js';
import type { DemoTarget } from './demo-target.js';
import { exitCodeOfSignal } from './exit-code.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { type OutputOptions, outputOptions, prepareOutputs } from './outputs.js';
import { ownLoad } from './own-load.js';

/** The options of `demo` as they were typed. */
export interface DemoOptions extends Flags, OutputOptions, ControlledOptions {
  /** Each as {@link parseFault} takes it. */
  fault: readonly string[];
  /** Whether missing packages may be installed. */
  install: boolean;
  preflight: boolean;
  /** Whether the target is made of containers. */
  docker?: boolean;
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
  await prepareOutputs(outputOptions(options), io.env);
  const jwtSecret = io.env[planned.config.minted.secretEnv];
  return await withControl(options, io, (control) => demoWith({ faults, jwtSecret }, options, control));
}

type Known = Pick<Parameters<typeof startProcesses>[0], 'faults' | 'jwtSecret'>;

async function demoWith(known: Known, options: DemoOptions, control: Control): Promise<ExitCode> {
  const { io } = control;
  const start = options.docker ? startContainers : startProcesses;
  const target = await start({ ...known, install: options.install }, io);
  try {
    if (options.serve) return await serve(target, io);
    const base = { ...target.layer, stages: STAGES };
    const { config, notices, secrets } = await resolveConfig({ flags: options, env: io.env, base });
    for (const notice of notices) io.say(`note: ${notice}`);
    const { out, preflight } = options;
    return await conduct(
      { config, secrets, out, preflight, outputs: outputOptions(options), drive: ownLoad(control), onFolder: control.onFolder },
      io,
    );
  } finally {
    await target.stop();
  }
}

async function serve(target: DemoTarget, io: Io): Promise<ExitCode> {
  const file = join(target.folder, 'loadwitness.yaml');
  await writeFile(file, stringify(target.file), { mode: 0o600 });
  io.say(`the target is up until Ctrl-C: loadwitness run --config ${file}`);
  io.out(`${file}\n`);
  await sleep(2 ** 31 - 1, undefined, { signal: io.signal }).catch(() => undefined); // A signal is how this is meant to end.
  return exitCodeOfSignal(io.signal.reason);
}
