import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A TCP port of `address` that nobody uses now. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A free TCP port that the system gives to no outgoing connection (Linux starts those at 32768): for tests that count sockets by their port,
 * and must not count another test's.
 */
export async function uncommonPort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, address, () => resolve(true));
    });
    if (!listening) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
