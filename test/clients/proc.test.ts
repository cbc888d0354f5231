import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  networkNamespace,
  parseSockets,
  parseStat,
  readEnvironment,
  readEstablished,
  readProcess,
  timeOfTicks,
} from '../../src/clients/proc.js';
import { startChild } from '../helpers/child.js';
import { uncommonPort } from '../helpers/free-port.js';
import { until } from '../helpers/until.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function child(script: string, env?: NodeJS.ProcessEnv) {
  const started = startChild(process.execPath, ['-e', script], env);
  endings.push(() => started.end());
  return started;
}

async function listen(address: string): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(await uncommonPort(), address);
  await once(server, 'listening');
  endings.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function open(port: number, address: string): Promise<Socket> {
  const socket = connect(port, address);
  await once(socket, 'connect');
  endings.push(() => socket.destroy());
  return socket;
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  it('sees the CPU time and memory of a busy process grow', async () => {
    const { pid } = child('globalThis.kept = Buffer.alloc(64 << 20, 1); for (;;) {}');
    const first = await until('64 MiB', async () => {
      const usage = await readProcess(pid);
      return usage.rssBytes > 64 * 2 ** 20 && usage;
    });
    const later = await until('CPU time', async () => {
      const usage = await readProcess(pid);
      return usage.cpuSeconds > first.cpuSeconds && usage;
    });
    expect(later.startTicks).toBe(first.startTicks);
  });

  it('says that a process is gone', async () => {
    const started = child('');
    await until('exit', () => started.hasExited());
    await expect(readProcess(started.pid)).rejects.toThrow(`there is no process ${started.pid}`);
    await expect(readEstablished(started.pid)).rejects.toThrow('there is no process');
  });

  it('says that a zombie has exited', async () => {
    // The shell becomes `sleep`, which never waits for the child that it inherits.
    const started = startChild('sh', ['-c', 'true & exec sleep 60']);
    endings.push(() => started.end());
    const zombie = await until('a zombie', async () => {
      const pids = await readFile(`/proc/${started.pid}/task/${started.pid}/children`, 'utf8');
      const pid = Number(pids.trim());
      return pid > 0 && parseStat(await readFile(`/proc/${pid}/stat`, 'utf8')).state === 'Z' && pid;
    });
    await expect(readProcess(zombie)).rejects.toThrow(`process ${zombie} has exited`);
  });

  it('reads the environment, also values with = and newlines', async () => {
    const { pid } = child('setInterval(() => {}, 1000)', { A: 'b=c\nd', REDIS_PUBSUB_ENABLED: 'true', EMPTY: '' });
    // Until exec, the child shows its parent's environment.
    const environment = await until('environment', async () => {
      const read = await readEnvironment(pid);
      return read.A !== undefined && read;
    });
    expect(environment).toMatchObject({ A: 'b=c\nd', REDIS_PUBSUB_ENABLED: 'true', EMPTY: '' });
  });

  it.each(['127.0.0.1', '::1'])('counts what is established on a port of %s, and not what only listens or was closed', async (address) => {
    const { server, port } = await listen(address);
    const accepted = new Set<Socket>();
    server.on('connection', (socket) => accepted.add(socket));
    const expected = address === '::1' ? '0:0:0:0:0:0:0:1' : address;
    // Somebody else's socket may have the same port on another address.
    const count = async () => (await readEstablished()).filter((end) => end.port === port && end.address === expected);
    expect(await count()).toEqual([]);
    const sockets = await Promise.all([1, 2, 3].map(() => open(port, address)));
    expect(await count()).toEqual([1, 2, 3].map(() => ({ address: expected, port })));
    await until('all accepted', () => accepted.size === 3);
    sockets[0]?.destroy();
    await until('one less', async () => (await count()).length === 2);
    for (const socket of accepted) socket.destroy();
  });

  it('shows IPv4 on a dual-stack socket as IPv4', async () => {
    const { server, port } = await listen('::');
    server.on('connection', (socket) => endings.push(() => socket.destroy()));
    await open(port, '127.0.0.1');
    const seen = (await readEstablished()).filter((end) => end.port === port && end.address.endsWith('127.0.0.1'));
    expect(seen).toEqual([{ address: '127.0.0.1', port }]);
  });

  it('knows its own network namespace', async () => {
    expect(await networkNamespace('self')).toMatch(/^net:\[\d+\]$/);
    expect(await networkNamespace(2 ** 30)).toBeUndefined();
  });
});

it('says that it needs /proc where there is none', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-proc-'));
  endings.push(() => rm(folder, { recursive: true }));
  await expect(readProcess(1, folder)).rejects.toThrow("needs Linux's /proc");
  await expect(readEstablished('self', folder)).rejects.toThrow("needs Linux's /proc");
});

describe('parseStat', () => {
  it('is not misled by the name of the command', () => {
    const text = '42 (a) R (b c) S 1 42 42 0 -1 4194304 5 0 0 0 150 50 7 8 20 0 1 0 98765 1000 200';
    expect(parseStat(text)).toEqual({ state: 'S', cpuSeconds: 2, startTicks: 98765 });
  });
});

describe('parseSockets', () => {
  const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

  it('reads little-endian addresses and leaves closing connections out', () => {
    const table = `${heading}   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0200A8C0:1F41 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 2
  10: 0100007F:1F41 0100007F:C351 06 00000000:00000000 00:00000000 00000000     0        0 3\n`;
    expect(parseSockets(table)).toEqual([
      { address: '127.0.0.1', port: 8001, state: 'listen' },
      { address: '192.168.0.2', port: 8001, state: 'established' },
    ]);
  });

  it('reads IPv6, mapped and real', () => {
    const table = `${heading}   0: 0000000000000000FFFF00000100007F:1F41 0000000000000000FFFF00000100007F:C350 01 0 0 0
   1: B80D0120000000000000000001000000:1F41 B80D0120000000000000000002000000:C350 01 0 0 0\n`;
    expect(parseSockets(table).map(({ address }) => address)).toEqual(['127.0.0.1', '2001:db8:0:0:0:0:0:1']);
  });

  it('finds nothing in an empty table', () => {
    expect(parseSockets('')).toEqual([]);
    expect(parseSockets(heading)).toEqual([]);
  });

  it('reads listeners and connections of both tables in a row', () => {
    const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    const table = `${heading}   0: 00000000:1F41 00000000:0000 0A 0 0 0
   1: 0200A8C0:1F41 0100007F:C350 01 0 0 0
${heading}   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0 0 0\n`;
    expect(parseSockets(table)).toEqual([
      { address: '0.0.0.0', port: 8001, state: 'listen' },
      { address: '192.168.0.2', port: 8001, state: 'established' },
      { address: '0:0:0:0:0:0:0:0', port: 80, state: 'listen' },
    ]);
  });
});

describe('timeOfTicks', () => {
  it('adds ticks to the boot', () => {
    expect(timeOfTicks(250, 'cpu  1 2 3\nbtime 1000\nprocesses 7\n')).toBe(1_002_500);
    expect(() => timeOfTicks(1, 'cpu  1 2 3\n')).toThrow('does not say when the machine was booted');
  });
});
