import { once } from 'node:events';
import net from 'node:net';

/** A way over TCP to this machine's Docker Engine that can be cut, or fall silent. */
export class EngineProxy {
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #isSilent = false;
  #port = 0;

  /** Opens it, at first or again, on the same port. */
  async open(): Promise<void> {
    this.#isSilent = false;
    this.#server = net.createServer((near) => this.#join(near, net.connect('/var/run/docker.sock')));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as net.AddressInfo).port;
  }

  get host(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** Nothing gets through any more, and nobody is told. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  /** Breaks all connections, and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.#server?.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: net.Socket, far: net.Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('data', (data) => {
        if (!this.#isSilent) other.write(data);
      });
      socket.on('end', () => other.end());
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        this.#sockets.delete(socket);
      });
    }
  }
}
