import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** The `docker` program, for what a test does to containers. Gives what it wrote to stdout. */
export async function dockerCli(...args: string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout.trim();
}

/** A name for a container that no other test has. */
export function containerName(of: string): string {
  return `loadwitness-${of}-${randomBytes(4).toString('hex')}`;
}

/** Starts a container, without a network where `args` name none; gives its id. @param args of `docker run`, before the image */
export async function runContainer(name: string, args: readonly string[], image: string, command: readonly string[]): Promise<string> {
  const network = args.includes('--network') ? [] : ['--network', 'none'];
  return dockerCli('run', '-d', '--name', name, ...network, ...args, image, ...command);
}

/** Ends and removes whatever has the name, if anything has. */
export async function removeContainer(name: string): Promise<void> {
  await dockerCli('rm', '-f', '-v', name).catch((error: unknown) => {
    if (!String(error).includes('No such container')) throw error;
  });
}

/** A network of its own for a test. */
export async function containerNetwork(): Promise<{ name: string; remove(): Promise<void> }> {
  const name = containerName('network');
  await dockerCli('network', 'create', name);
  return { name, remove: async () => void (await dockerCli('network', 'rm', name)) };
}

/** The port of 127.0.0.1 on which a port of a container is published. */
export async function publishedPort(name: string, port: number): Promise<number> {
  const [line = ''] = (await dockerCli('port', name, `${port}/tcp`)).split('\n');
  return Number(line.slice(line.lastIndexOf(':') + 1));
}
