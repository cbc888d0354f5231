import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import type { DockerClient } from '../../src/clients/docker.js';

/** Stands in for `docker exec` by running the program on this machine; keeps what was run. */
export interface LocalExec extends Pick<DockerClient, 'exec'> {
  ran: { container: string; argv: readonly string[]; env: Record<string, string> }[];
}

export function localExec(): LocalExec {
  const ran: LocalExec['ran'] = [];
  return {
    ran,
    async exec(container, argv, { env = {}, signal } = {}) {
      ran.push({ container, argv, env });
      const [program = '', ...args] = argv;
      const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'], signal });
      const exit = new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve(code ?? 137));
      });
      const [exitCode, stdout, stderr] = await Promise.all([exit, buffer(child.stdout), buffer(child.stderr)]);
      return { exitCode, stdout, stderr };
    },
  };
}
