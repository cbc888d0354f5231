import { connect } from 'node:net';
import { type Child, startChild } from './child.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

export interface RedisServer extends Child {
  port: number;
  /** redis://127.0.0.1:port */
  url: string;
}

/** A real redis-server on 127.0.0.1 without persistence. */
export async function startRedis(options: { port?: number; args?: readonly string[] } = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...(options.args ?? [])];
  const child = startChild('redis-server', args);
  await until(`redis-server on port ${port}`, () => answers(port));
  return { ...child, port, url: `redis://127.0.0.1:${port}` };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    // +PONG, or -NOAUTH where a password is needed.
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
