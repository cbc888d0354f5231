import type { Connection } from '../../clients/docker/connection.js';
import { STACK_LABEL } from './options.js';

/** Removes the containers and the networks that carry the label of the stack `id`, running ones too. */
export async function removeStack(connection: Connection, id: string, signal?: AbortSignal): Promise<void> {
  const filters = { label: [`${STACK_LABEL}=${id}`] };
  // Once more until none is left: one may have been in the making when the tool ended.
  while ((await removeContainers(connection, filters, signal)) > 0);
  const networks = await connection.call(signal, (docker, abortSignal) => docker.listNetworks({ filters, abortSignal }));
  for (const { Id } of networks) await connection.call(signal, (docker, abortSignal) => docker.getNetwork(Id).remove({ abortSignal }));
}

async function removeContainers(connection: Connection, filters: { label: string[] }, signal?: AbortSignal): Promise<number> {
  const containers = await connection.call(signal, (docker, abortSignal) => docker.listContainers({ all: true, filters, abortSignal }));
  await Promise.all(
    containers.map(({ Id }) =>
      connection.call(signal, (docker, abortSignal) => docker.getContainer(Id).remove({ force: true, v: true, abortSignal })),
    ),
  );
  return containers.length;
}
