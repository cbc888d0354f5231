import type { Backend, Config } from '../config/config.js';
import { messageOf } from '../errors.js';
import { type ContainerFacts, NoContainerError } from './docker.js';
import { withDocker } from './open.js';
import { readEnvironment } from './proc.js';
import { dockerCommand } from './shell.js';

/** A backend and, where it runs in one, its container as it is now; undefined there: there is none of this name. */
export type SeenBackend =
  | { backend: Backend; kind: 'process' }
  | { backend: Backend; kind: 'container'; facts: ContainerFacts | undefined };

/** Asks Docker about those backends that are containers. Rejects where it cannot be asked. */
export async function inspectBackends(
  config: Pick<Config, 'backends' | 'docker'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<SeenBackend[]> {
  const { backends } = config;
  if (!backends.some(({ container }) => container !== undefined)) return backends.map((backend) => ({ backend, kind: 'process' }));
  return await withDocker(config, env, (docker) =>
    Promise.all(
      backends.map(async (backend): Promise<SeenBackend> => {
        if (backend.container === undefined) return { backend, kind: 'process' };
        const facts = await docker.inspect(backend.container, signal).catch((error: unknown) => {
          if (error instanceof NoContainerError) return undefined;
          throw error;
        });
        return { backend, kind: 'container', facts };
      }),
    ),
  );
}

/** The containers among them that are there. */
export function containersOf(seen: readonly SeenBackend[]): ContainerFacts[] {
  return seen.flatMap((one) => (one.kind === 'container' && one.facts ? [one.facts] : []));
}

/** What one backend was started with. */
export interface BackendEnvironment {
  name: string;
  /** Holds secrets: only variables that are asked for by name may be shown. Undefined where it cannot be read. */
  variables: Record<string, string> | undefined;
  /** Why it cannot be read. */
  problem?: string;
  container?: ContainerFacts;
  /** The command that shows a variable. */
  show(variable: string): string;
}

/** The environments of those backends whose container or process is known. Rejects where Docker cannot be asked. */
export async function readEnvironments(
  config: Pick<Config, 'backends' | 'docker'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<BackendEnvironment[]> {
  const docker = dockerCommand(config);
  const seen = await inspectBackends(config, env, signal);
  return (await Promise.all(seen.map((one) => environmentOf(one, docker)))).filter((one) => one !== undefined);
}

async function environmentOf(seen: SeenBackend, docker: string): Promise<BackendEnvironment | undefined> {
  const { name, pid, container } = seen.backend;
  if (seen.kind === 'container') {
    const show = (variable: string) =>
      `${docker} inspect -f '{{range .Config.Env}}{{println .}}{{end}}' ${container ?? name} | grep ${variable}`;
    if (seen.facts === undefined) return { name, variables: undefined, problem: `there is no container ${container}`, show };
    return { name, variables: seen.facts.env, container: seen.facts, show };
  }
  if (pid === undefined) return undefined;
  const show = (variable: string) => `tr '\\0' '\\n' < /proc/${pid}/environ | grep ${variable}`;
  try {
    return { name, variables: await readEnvironment(pid), show };
  } catch (error) {
    return { name, variables: undefined, problem: messageOf(error), show };
  }
}
