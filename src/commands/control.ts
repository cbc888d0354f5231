import { basename } from 'node:path';
import type { Stage } from '../journal/event.js';
import { type FromRun, type ToRun, toRun } from './control-messages.js';
import type { Io } from './io.js';
import { type Adjustable, UserControl } from './user-control.js';

/** A way to whoever may control the run from outside. */
export interface ControlPort {
  /** Of somebody who has gone it does nothing. */
  tell(message: FromRun): void;
  listen(listener: (message: ToRun) => void): void;
}

/** A run in the hands of its terminal and of a dashboard. */
export interface Control {
  /** The run's ways out: what it says is told to the dashboard, too, and it ends also when that says so. */
  io: Io;
  onFolder(folder: string): void;
  /** Puts a load that begins now into these hands. Returns what keys may add users to, and what lets it go. */
  take(load: Adjustable, stages: readonly Stage[]): { users: Adjustable; release(): void };
}

/** Tells a child that it is controlled by the process that started it. */
export const CONTROL_ENV = 'LOADWITNESS_CONTROL';

/** A run that is told by `port`; without one only its terminal has it in hand. */
export function createControl(io: Io, port?: ControlPort): Control {
  const stop = new AbortController();
  let taken: UserControl | undefined;
  port?.listen((message) => {
    if (message.type === 'users') {
      if (taken) taken.set(message.users, message.spawnRate);
      else say('there are no users to change now');
      return;
    }
    if (stop.signal.aborted) return;
    // What Ctrl-C does. It comes from a person all the same.
    stop.abort('SIGINT');
    port.tell({ type: 'stopping' });
  });
  const say = (line: string): void => {
    io.say(line);
    port?.tell({ type: 'said', line });
  };
  return {
    io: port ? { ...io, say, signal: AbortSignal.any([io.signal, stop.signal]) } : io,
    onFolder: (folder) => port?.tell({ type: 'folder', id: basename(folder) }),
    take(load, stages) {
      const users = new UserControl(load, stages, (most) => say(`no more than ${most} users can be had: there is room for no others`));
      taken = users;
      return {
        users,
        release() {
          taken = undefined;
          users.stop();
        },
      };
    },
  };
}

/** The process that started this one, if it wants to control it. */
export function parentPort(env: NodeJS.ProcessEnv): ControlPort | undefined {
  if (env[CONTROL_ENV] !== 'ipc' || process.send === undefined) return undefined;
  return {
    // A parent that has gone leaves the run to its plan.
    tell: (message) => void (process.connected && process.send?.(message, undefined, {}, () => {})),
    listen: (listener) =>
      void process.on('message', (message) => {
        const parsed = toRun.safeParse(message);
        if (parsed.success) listener(parsed.data);
      }),
  };
}
