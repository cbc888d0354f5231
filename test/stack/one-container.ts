import { randomBytes } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import type { Connection } from '../../src/clients/docker/connection.js';
import { connectionFor } from '../../src/demo/containers/connection.js';
import { makeImages } from './images.js';

/** Containers of one test file, of this machine's own programs, gone with `end`. Their names carry a random part. */
export class Containers {
  readonly suffix = randomBytes(4).toString('hex');
  private readonly made: string[] = [];

  private constructor(
    readonly image: string,
    private readonly connection: Connection,
  ) {}

  static async prepare(): Promise<Containers> {
    const { node } = await makeImages();
    return new Containers(node, connectionFor({ env: process.env }));
  }

  nameOf(name: string): string {
    return `lw-${name}-${this.suffix}`;
  }

  /** Starts a container that runs this script in Node; gives its full name. */
  async run(name: string, script: string, options: ContainerCreateOptions = {}): Promise<string> {
    const full = this.nameOf(name);
    const container = await this.connection.call(undefined, (docker) =>
      docker.createContainer({ name: full, Image: this.image, Cmd: ['node', '-e', script], ...options }),
    );
    this.made.push(container.id);
    await this.connection.call(undefined, () => container.start());
    return full;
  }

  async kill(name: string): Promise<void> {
    await this.connection.call(undefined, (docker) => docker.getContainer(name).kill());
  }

  async restart(name: string): Promise<void> {
    await this.connection.call(undefined, (docker) => docker.getContainer(name).restart({ t: 0 }));
  }

  async end(): Promise<void> {
    for (const id of this.made) {
      await this.connection.call(undefined, (docker) => docker.getContainer(id).remove({ force: true, v: true }));
    }
    this.connection.close();
  }
}
