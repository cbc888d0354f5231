import type { ContainerStack } from '../../src/demo/containers/stack.js';
import { dockerCli } from './docker-cli.js';
import { until } from './until.js';

interface Inspected {
  Config: { Image: string; Cmd: string[]; Env: string[]; Labels: Record<string, string>; Healthcheck?: { Test: string[] } };
  HostConfig: { Mounts: { Source: string; Target: string }[] | null };
}

/** Puts a container with another environment in the place of a backend, as `docker compose up --force-recreate` does, and waits until it is healthy. */
export async function recreate(
  stack: ContainerStack,
  name: string,
  env: Record<string, string>,
  without: readonly string[] = [],
): Promise<void> {
  const [found] = JSON.parse(await dockerCli('inspect', name)) as Inspected[];
  if (found === undefined) throw new Error(`there is no container ${name}`);
  const { Image, Cmd, Env, Labels, Healthcheck } = found.Config;
  const kept = Env.filter((line) => ![...Object.keys(env), ...without].some((key) => line.startsWith(`${key}=`)));
  const test = Healthcheck && healthCommand(Healthcheck.Test);
  await dockerCli('rm', '-f', name);
  await dockerCli(
    ...['run', '-d', '--name', name, '--network', stack.network],
    ...kept.flatMap((line) => ['-e', line]),
    ...Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
    ...Object.entries(Labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(found.HostConfig.Mounts ?? []).flatMap(({ Source, Target }) => ['--mount', `type=bind,source=${Source},target=${Target},readonly`]),
    ...(test ? ['--health-cmd', test, '--health-interval', '2s', '--health-timeout', '5s', '--health-retries', '2'] : []),
    ...[Image, ...Cmd],
  );
  if (test) await until(`${name} is healthy`, async () => (await stack.inspect(name)).health === 'healthy', 30_000);
}

/** The command line has a form for the shell alone. */
function healthCommand([form, ...words]: string[]): string {
  return form === 'CMD-SHELL' ? (words[0] ?? '') : words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
