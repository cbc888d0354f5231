import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A child process that a test started and ends by its id. */
export interface Child {
  pid: number;
  signal(name: NodeJS.Signals): void;
  /** Ends it and waits until it is gone; also when it was stopped with SIGSTOP. */
  end(): Promise<void>;
  hasExited(): boolean;
}

export function startChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore', env });
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  return {
    pid,
    hasExited,
    signal: (name) => child.kill(name),
    async end() {
      if (hasExited()) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      await exited;
    },
  };
}
