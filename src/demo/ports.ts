import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { ExitCode, KnownError } from '../errors.js';

/** Below the ports that the kernel gives to outgoing connections, so that none of those takes it before the service does. */
const [FIRST, LAST] = [20_000, 30_000];
const TRIES = 50;

/** A port of this address at which nobody listens. */
export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(address, port)) return port;
  }
  throw new KnownError(`no free port was found on ${address} between ${FIRST} and ${LAST}`, ExitCode.internal);
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
