import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, it, describe as plainDescribe } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import { connectionsSampler } from '../../src/samplers/connections.js';
import { containerName, containerNetwork, dockerCli, publishedPort, removeContainer, runContainer } from '../helpers/docker-cli.js';
import { FakeDocker } from '../helpers/fake-docker.js';
import { startSampling } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const BACKEND = { name: 'one', container: 'kindmap-fastapi-1', port: 8001 };
const HOST = '/proc/<pid>/net/tcp of the host';
const CAT = 'docker exec cat /proc/net/tcp';
const NETSTAT = 'docker exec netstat -tan';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const TABLES = `${HEADING}   0: 00000000:1F41 00000000:0000 0A 0 0 0
   1: 0300A8C0:1F41 0100A8C0:C350 01 0 0 0
   2: 0300A8C0:C351 0200A8C0:18EB 01 0 0 0
${HEADING}   0: 0000000000000000FFFF00000300A8C0:1F41 0000000000000000FFFF00000100A8C0:C352 01 0 0 0
`;

plainDescribe('connectionsSampler', () => {
  it('reads the tables in the container where they cannot be read here', async () => {
    const docker = new FakeDocker();
    docker.add({ id: 'a', name: BACKEND.container });
    // As of a kernel without IPv6: cat says so and ends with 1.
    docker.program = () => ({ exitCode: 1, stdout: TABLES, stderr: 'cat: /proc/net/tcp6: No such file or directory' });
    const { read, notes, problems } = await startSampling(connectionsSampler({ docker, backends: [BACKEND] }));
    expect(await read()).toEqual([{ name: 'backend.connections', value: 2, attributes: { backend: 'one' } }]);
    await read();
    expect(notes).toEqual([{ component: 'one', what: 'connections-method', detail: CAT }]);
    expect(problems).toEqual([]);
  });

  it('asks netstat where there is no cat, and from then on alone', async () => {
    const docker = new FakeDocker();
    docker.add({ id: 'a', name: BACKEND.container });
    const table = 'Proto Recv-Q Send-Q Local Address Foreign Address State\ntcp 0 0 10.0.0.2:8001 10.0.0.1:5555 ESTABLISHED\n';
    docker.program = ([program]) =>
      program === 'netstat' ? { exitCode: 0, stdout: table } : { exitCode: 126, stdout: 'OCI runtime exec failed: no such file' };
    const { read, notes } = await startSampling(connectionsSampler({ docker, backends: [BACKEND] }));
    expect((await read()).map(({ value }) => value)).toEqual([1]);
    expect((await read()).map(({ value }) => value)).toEqual([1]);
    expect(docker.asked.execs.map(([program]) => program)).toEqual(['cat', 'netstat', 'netstat']);
    expect(notes.map(({ detail }) => detail)).toEqual([NETSTAT]);
    // Replaced by one that has cat.
    docker.add({ id: 'b', name: BACKEND.container });
    docker.program = ([program]) => (program === 'cat' ? { exitCode: 0, stdout: TABLES } : { exitCode: 127 });
    expect((await read()).map(({ value }) => value)).toEqual([2]);
    expect(notes.map(({ detail }) => detail)).toEqual([NETSTAT, CAT]);
  });

  it('gives no number where nothing works, and hides no other backend', async () => {
    const docker = new FakeDocker();
    docker.add({ id: 'a', name: BACKEND.container });
    docker.program = (argv) => ({ exitCode: 127, stderr: `no ${argv[0]}` });
    const gone = { name: 'two', container: 'gone', port: 8001 };
    const stopped = { name: 'three', container: 'stopped', port: 8001 };
    docker.add({ id: 'c', name: 'stopped', running: false, status: 'exited', exitCode: 1 });
    const { read, problems } = await startSampling(connectionsSampler({ docker, backends: [BACKEND, gone, stopped] }));
    expect(await read()).toEqual([]);
    expect(problems.sort()).toEqual([
      expect.stringMatching(/^one: its sockets cannot be read: .*cat ended with 127: no cat; .*netstat ended with 127: no netstat$/),
      'three: its container is not running: exited, exit code 1',
      'two: there is no container gone',
    ]);
  });
});

const describe = await engineOrSkip();

describe('connectionsSampler with real containers', { timeout: 90_000 }, () => {
  let image: string;
  beforeAll(async () => {
    image = (await makeImages()).node;
  }, 180_000);

  const SERVER = "require('net').createServer((s) => s.on('error', () => {}).resume()).listen(8001)";

  async function server(): Promise<string> {
    const network = await containerNetwork();
    endings.push(() => network.remove());
    const name = containerName('served');
    endings.push(() => removeContainer(name));
    await runContainer(name, ['--network', network.name, '-p', '127.0.0.1::8001'], image, ['node', '-e', SERVER]);
    return name;
  }

  async function opened(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    endings.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  async function counting(name: string, docker: DockerClient) {
    endings.push(() => docker.close());
    const { read, notes } = await startSampling(connectionsSampler({ docker, backends: [{ ...BACKEND, container: name }] }));
    const reads = (count: number) => until(`${count} connections`, async () => (await read())[0]?.value === count);
    /** The published port takes connections before the program in the container does: those are closed again, and others are tried. */
    const connected = (count: number) =>
      until(`${count} clients`, async () => {
        const port = await publishedPort(name, BACKEND.port);
        const sockets = await Promise.all(Array.from({ length: count }, () => opened(port)));
        try {
          await until('all of them', async () => (await read())[0]?.value === count, 1_000);
          return sockets;
        } catch (error) {
          for (const socket of sockets) socket.destroy();
          throw error;
        }
      });
    return { read, reads, connected, methods: () => notes.map(({ detail }) => detail) };
  }

  it('counts every socket, over a restart of the container', async () => {
    const name = await server();
    const { read, reads, connected, methods } = await counting(name, connectDocker());
    await reads(0);
    const sockets = await connected(25);
    expect((await read()).map(({ value }) => value)).toEqual([25]);
    for (const socket of sockets.slice(0, 5)) socket.destroy();
    await reads(20);
    await dockerCli('restart', '-t', '0', name);
    await reads(0);
    await connected(3);
    expect(methods()).toEqual([HOST]);
  });

  it('counts the same by a program in the container', async () => {
    const name = await server();
    const engine = connectDocker();
    // As of an Engine whose processes are not to be seen here.
    const elsewhere: DockerClient = Object.assign(Object.create(engine), {
      inspect: async (container: string, signal?: AbortSignal) => ({ ...(await engine.inspect(container, signal)), pid: 0 }),
    });
    const { reads, connected, methods } = await counting(name, elsewhere);
    await reads(0);
    await connected(7);
    expect(methods()).toEqual([CAT]);
  });
});
