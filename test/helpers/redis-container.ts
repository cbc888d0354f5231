import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { containerName, dockerCli, removeContainer, runContainer } from './docker-cli.js';
import { until } from './until.js';

const run = promisify(execFile);

/** Programs of this machine that the image holds. */
const PROGRAMS = ['/usr/bin/redis-server', '/usr/bin/redis-cli', '/bin/sh', '/usr/bin/timeout'];

/** A real Redis in a container that has no network: it can be asked from within only. */
export interface RedisContainer {
  name: string;
  /** Process id of its redis-server on this machine. */
  pid: number;
  /** Command lines of everything that runs in it. */
  processes(): Promise<string[]>;
  restart(): Promise<void>;
  /** Removes the container and its image. */
  end(): Promise<void>;
}

/** @param args Of redis-server. */
export async function startRedisContainer(args: readonly string[] = []): Promise<RedisContainer> {
  const name = containerName('redis');
  await makeImage(name);
  try {
    const command = ['redis-server', '--save', '', '--appendonly', 'no', ...args];
    await runContainer(name, [], name, command);
    await until('redis-server in its container', async () => (await dockerCli('exec', name, 'redis-cli', 'PING')) !== '');
    const pid = Number(await dockerCli('inspect', '--format', '{{.State.Pid}}', name));
    return {
      name,
      pid,
      processes: async () => (await dockerCli('top', name, '-o', 'pid,args')).split('\n').slice(1),
      async restart() {
        await dockerCli('restart', '--time', '2', name);
      },
      end: () => remove(name),
    };
  } catch (error) {
    await remove(name);
    throw error;
  }
}

async function remove(name: string): Promise<void> {
  await removeContainer(name);
  await dockerCli('rmi', '--force', name);
}

async function makeImage(name: string): Promise<void> {
  const linked = await Promise.all(PROGRAMS.map(async (program) => (await run('ldd', [program])).stdout.match(/\/\S+/g) ?? []));
  const files = [...new Set([...PROGRAMS, ...linked.flat()])];
  const tar = spawn('tar', ['--create', '--dereference', '--absolute-names', ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  const change = 'ENV PATH=/usr/bin:/bin';
  const importing = spawn('docker', ['import', '--change', change, '-', name], { stdio: ['pipe', 'ignore', 'pipe'] });
  tar.stdout.pipe(importing.stdin);
  const [said, [code]] = await Promise.all([text(importing.stderr), once(importing, 'close')]);
  if (code !== 0) throw new Error(`docker import failed: ${said}`);
}
