import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';

const SOCKET = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';

/** The Engine of this machine behind a TCP port of 127.0.0.1, whose connections can be cut or held up. */
export class EngineProxy {
  private readonly pairs = new Set<[net.Socket, net.Socket]>();
  private frozen = false;

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static async listen(options?: TlsOptions): Promise<EngineProxy> {
    const server = options ? tls.createServer(options) : net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new EngineProxy(server, (server.address() as AddressInfo).port);
    server.on(options ? 'secureConnection' : 'connection', (client: net.Socket) => proxy.join(client));
    return proxy;
  }

  /** As when the Engine's process is killed. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** As when the Engine's machine is gone: nothing comes any more, and nobody says so. */
  freeze(): void {
    this.frozen = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  connections(): number {
    return this.pairs.size;
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: net.Socket): void {
    const engine = net.connect(SOCKET);
    const pair: [net.Socket, net.Socket] = [client, engine];
    this.pairs.add(pair);
    client.pipe(engine);
    engine.pipe(client);
    if (this.frozen) for (const socket of pair) socket.pause();
    for (const socket of pair) {
      // What one end does is for the other end and the test to see, not an error of the proxy.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }
}
