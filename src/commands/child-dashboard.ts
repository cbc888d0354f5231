import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_ADDRESS, inUrl, parseAddress } from '../dashboard/address.js';
import { type ExitCode, UsageError } from '../errors.js';
import { type Control, type ControlPort, createControl, parentPort } from './control.js';
import { type FromRun, fromDashboard, type ToRun } from './control-messages.js';
import type { Io } from './io.js';
import { describeLink, TOKEN_ENV, uiToken } from './ui-token.js';

export const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** What a dashboard needs to know of the environment: it asks nobody for anything, so the target's secrets are none of it. */
const ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_MESSAGES', 'LANGUAGE', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'SystemRoot', 'TEMP'];

/** How long a dashboard may take to tell its viewers the last of a run. */
const CLOSE_MS = 5000;

export interface ControlledOptions {
  /** `--ui`: an address, or `true` for the usual one; left out: no page is served. */
  ui?: string | true;
  /** The folder of all runs. */
  out: string;
}

/**
 * Does work that can be controlled from outside: by a page that is served while it lasts (`--ui`), or by the process that started this one.
 * At a terminal the page stays when the work is done, until Ctrl-C.
 *
 * @throws UsageError when the page cannot be served, before any work is done.
 */
export async function withControl(
  { ui, out }: ControlledOptions,
  io: Io,
  work: (control: Control) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (ui === undefined) return await work(createControl(io, parentPort(io.env)));
  const dashboard = await startDashboard(ui, out, io);
  try {
    const exitCode = await work(createControl(io, dashboard));
    dashboard.tell({ type: 'ended', exitCode });
    // Who has pressed Ctrl-C for the run wants all of it to end.
    if (io.isTerminal && !io.signal.aborted && dashboard.isThere()) {
      io.say(`the page stays until Ctrl-C: ${dashboard.place}`);
      await Promise.race([dashboard.gone, new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }))]);
    }
    return exitCode;
  } finally {
    await dashboard.close();
  }
}

interface ChildDashboard extends ControlPort {
  /** Where it is, without a token. */
  place: string;
  isThere(): boolean;
  gone: Promise<void>;
  close(): Promise<void>;
}

/** Starts a dashboard as a process of its own, so that whoever looks at it costs the run nothing. */
async function startDashboard(ui: string | true, out: string, io: Io): Promise<ChildDashboard> {
  const address = ui === true ? DEFAULT_ADDRESS : parseAddress(ui, '--ui');
  const token = uiToken(address, undefined, '--ui', io);
  const env = Object.fromEntries(ENVIRONMENT.flatMap((name) => (io.env[name] === undefined ? [] : [[name, io.env[name]]])));
  const args = [CLI, 'ui', '--attached', '--out', out, '--listen', `${inUrl(address.host)}:${address.port}`];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...env, ...(token.token !== undefined && { [TOKEN_ENV]: token.token }) },
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const listeners = new Set<(message: ToRun) => void>();
  const link = await serving(child, listeners);
  io.say(`live page: ${describeLink(link, token)}`);
  let isClosing = false;
  void gone.then(() => {
    if (!isClosing) io.say('the live page has ended by itself; the run goes on without it');
  });
  return {
    place: describeLink(link, { ...token, isNew: false }),
    gone,
    isThere: () => child.connected,
    tell: (message: FromRun) => void (child.connected && child.send(message, () => {})),
    listen: (listener) => void listeners.add(listener),
    async close() {
      isClosing = true;
      if (child.connected) child.send({ type: 'close' } satisfies FromRun, () => {});
      const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Resolves with the link when the page is served. @throws UsageError */
function serving(child: ChildProcess, listeners: ReadonlySet<(message: ToRun) => void>): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`--ui: cannot start the page: ${error.message}`, { cause: error })));
    child.once('exit', () => reject(new UsageError('--ui: the page ended before it was served')));
    child.on('message', (message) => {
      const parsed = fromDashboard.safeParse(message);
      if (!parsed.success) return;
      if (parsed.data.type === 'serving') resolve(parsed.data.link);
      else if (parsed.data.type === 'refused') reject(new UsageError(parsed.data.message));
      else for (const listener of listeners) listener(parsed.data);
    });
  });
}
