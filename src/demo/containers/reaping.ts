import { type ChildProcess, spawn } from 'node:child_process';
import { ExitCode, KnownError } from '../../errors.js';
import { plainEnvironment } from '../child.js';
import { builtEntry } from '../entry.js';

/** What the reaper is told by its one argument, as JSON. */
export interface ReaperOrder {
  /** The stack's id, which all that it consists of is labelled with. */
  id: string;
  /** Goes with it. */
  folder: string;
}

/** What the reaper says through IPC. */
export type ReaperMessage = { type: 'ready' };

/** What it needs to find the Engine. */
const INHERITED = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'SystemRoot'];

/** Takes the stack down when asked, or when this process has ended without. */
export interface Reaper {
  /** Resolves when everything is gone. @throws KnownError when something could not be removed */
  reap(): Promise<void>;
}

/** Starts the reaper of a stack that is about to be made; it is ready when this resolves. */
export async function startReaper(
  order: ReaperOrder,
  engine: { host?: string; certPath?: string; env: NodeJS.ProcessEnv },
): Promise<Reaper> {
  const inherited = Object.fromEntries(INHERITED.flatMap((name) => (engine.env[name] === undefined ? [] : [[name, engine.env[name]]])));
  const child = spawn(process.execPath, [builtEntry('containers/reaper.js'), JSON.stringify(order)], {
    // In a session of its own: Ctrl-C in the terminal reaches the tool alone.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      ...plainEnvironment(),
      ...inherited,
      ...(engine.host !== undefined && { DOCKER_HOST: engine.host }),
      ...(engine.certPath !== undefined && { DOCKER_CERT_PATH: engine.certPath, DOCKER_TLS_VERIFY: '1' }),
    },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new KnownError(`the demo's reaper ended at once (exit code ${code})`, ExitCode.internal)));
  });
  // A tool that is done may end without stopping the stack first: the reaper sees the channel close.
  child.unref();
  child.channel?.unref();
  return { reap: () => reap(child, order) };
}

async function reap(child: ChildProcess, order: ReaperOrder): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.ref();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    await ended;
  }
  if (child.exitCode === 0) return;
  throw new KnownError(
    `the demo's containers could not all be removed; look for them with: docker ps -a --filter label=loadwitness.stack=${order.id}`,
    ExitCode.internal,
  );
}
