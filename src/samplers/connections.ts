import type { DockerClient } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { containerSockets, type SocketsMethod } from './container-sockets.js';
import type { Reading, Sampler, SamplerContext } from './sampler.js';

export interface ContainerBackend {
  name: string;
  /** Name or id of its container. Who bears this name is followed. */
  container: string;
  /** The application's port within the container. */
  port: number;
}

/**
 * Established connections on the application's port of backends that run in containers. By which method they were counted is told as a note
 * `connections-method`, once and when it changes. A backend that cannot be read is told as a problem and hides no other.
 */
export function connectionsSampler({ docker, backends }: { docker: DockerClient; backends: readonly ContainerBackend[] }): Sampler {
  const counters = backends.map((backend) => ({ name: backend.name, count: connectionCounter(docker, backend) }));
  return {
    id: 'connections',
    async sample(ctx) {
      const parts = counters.map(({ name, count }) =>
        count(ctx).catch((error: unknown) => {
          ctx.problem(`${name}: ${messageOf(error)}`);
          return [];
        }),
      );
      return (await Promise.all(parts)).flat();
    },
  };
}

function connectionCounter(docker: DockerClient, { name, container, port }: ContainerBackend) {
  const read = containerSockets(docker, container);
  let told: SocketsMethod | undefined;
  return async ({ signal, note }: SamplerContext): Promise<Reading[]> => {
    const { sockets, method } = await read(signal);
    if (method !== told) note({ component: name, what: 'connections-method', detail: method });
    told = method;
    const count = sockets.filter((socket) => socket.state === 'established' && socket.port === port).length;
    return [{ name: 'backend.connections', value: count, attributes: { backend: name } }];
  };
}
