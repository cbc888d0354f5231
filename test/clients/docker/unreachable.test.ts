import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectDocker } from '../../../src/clients/docker.js';
import { freePort } from '../../helpers/free-port.js';
import { until } from '../../helpers/until.js';

const RUNNING = {
  Id: 'abc',
  Name: '/x',
  RestartCount: 0,
  State: { Status: 'running', Running: true, StartedAt: '2025-12-07T03:04:05Z' },
  Config: { Image: 'x', Tty: false },
  HostConfig: {},
  NetworkSettings: {},
};

let server: http.Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Something that answers in an Engine's place; gives its address. */
async function inTheEnginesPlace(answer: (url: string, response: ServerResponse) => void): Promise<string> {
  server = http.createServer((request, response) => answer(request.url ?? '', response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('an Engine that cannot be asked', () => {
  it('is named where its socket is missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-docker-'));
    const docker = connectDocker({ host: `unix://${folder}/docker.sock` });
    await expect(docker.engine()).rejects.toThrow(
      `Docker at unix://${folder}/docker.sock: there is no such socket; is Docker running here?`,
    );
    await rm(folder, { recursive: true });
  });

  it('is named where nobody listens, without the password', async () => {
    const port = await freePort();
    const docker = connectDocker({ host: `tcp://me:hush@127.0.0.1:${port}` });
    const message = `Docker at tcp://127.0.0.1:${port}: connection refused; is Docker running there?`;
    await expect(docker.inspect('x')).rejects.toMatchObject({ name: 'DockerError', message });
    await expect(docker.events(0, new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      name: 'DockerError',
      message,
    });
  });

  it('is given up when it does not answer, also in the middle of an answer', async () => {
    const host = await inTheEnginesPlace((url, response) => {
      if (url.includes('half')) response.writeHead(200, { 'content-type': 'application/json' }).write('{"Id":');
    });
    const docker = connectDocker({ host, deadlineMs: 200 });
    await expect(docker.inspect('silent')).rejects.toThrow(`Docker at ${host}: no answer within 200 ms`);
    await expect(docker.inspect('half')).rejects.toThrow(`Docker at ${host}: no answer within 200 ms`);
    const stop = new AbortController();
    const asked = docker.find({}, stop.signal);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow(/^enough$/);
  });

  it('is quoted in one line where it refuses', async () => {
    const host = await inTheEnginesPlace((_, response) => response.writeHead(500).end('{"message":"disk\\nfull"}'));
    await expect(connectDocker({ host }).inspect('x')).rejects.toMatchObject({
      name: 'DockerError',
      message: `Docker at ${host}: disk full`,
      status: 500,
    });
  });
});

describe('a log that comes faster than it is read', () => {
  it('is held up at its source, so that what is not read takes no memory', async () => {
    let sent = 0;
    let isHeldUp = false;
    const host = await inTheEnginesPlace((url, response) => {
      if (!url.includes('/logs')) return void response.setHeader('content-type', 'application/json').end(JSON.stringify(RUNNING));
      const text = Buffer.alloc(16 * 1024, 'x');
      const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0x40, 0]), text]);
      const pour = (): void => {
        isHeldUp = false;
        while (response.write(frame)) sent += frame.length;
        sent += frame.length;
        isHeldUp = true;
      };
      response.on('drain', pour);
      pour();
    });
    const docker = connectDocker({ host });
    const stop = new AbortController();
    const lines = docker.logs('x', { since: '0', follow: true }, stop.signal)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ stream: 'stdout' });
    await until('a source that is held up', async () => {
      const before = sent;
      await sleep(300);
      return isHeldUp && sent === before;
    });
    // What the system's own buffers of one connection hold, and no more.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    const before = sent;
    for (let read = 0; read <= before; ) read += ((await lines.next()).value as { data: Buffer }).data.length;
    await until('more from the source', () => sent > before);
    stop.abort();
    expect(await lines.next()).toMatchObject({ done: true });
    docker.close();
  });
});
