import type { IncomingMessage } from 'node:http';
import type { Connection } from '../../clients/docker/connection.js';
import { DockerError } from '../../clients/docker/errors.js';
import { jsonLines } from '../../clients/docker/stream.js';
import { ExitCode, KnownError, messageOf } from '../../errors.js';

/** A registry that says nothing for so long is not coming back. */
const SILENCE_MS = 60_000;

interface PullMessage {
  status?: string;
  error?: string;
}

/** Pulls the images that the Engine does not have. @throws KnownError that names the image and says why it could not be had */
export async function pullMissing(
  connection: Connection,
  images: readonly string[],
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const image of new Set(images)) {
    if (await isThere(connection, image, signal)) continue;
    onProgress(`pulling ${image}`);
    try {
      await pull(connection, image, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw new KnownError(
        `the image ${image} is not here and could not be pulled: ${messageOf(error)}\n` +
          'Where no registry can be reached, load the images by hand (docker load) or name others that are there: ' +
          'LOADWITNESS_DEMO_NODE_IMAGE, LOADWITNESS_DEMO_REDIS_IMAGE, LOADWITNESS_DEMO_NGINX_IMAGE.',
        ExitCode.usage,
        { cause: error },
      );
    }
  }
}

async function isThere(connection: Connection, image: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await connection.get(`/images/${image}/json`, signal);
    return true;
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return false;
    throw error;
  }
}

async function pull(connection: Connection, image: string, signal?: AbortSignal): Promise<void> {
  // Asked of its registry before it answers at all, so the answer itself may take long.
  const open = (ending: AbortSignal): Promise<IncomingMessage> =>
    connection.docker.pull(image, { abortSignal: ending }) as unknown as Promise<IncomingMessage>;
  const silent = async (): Promise<void> => {
    throw new Error(`no word from the registry for ${SILENCE_MS / 1000} s`);
  };
  for await (const { error } of jsonLines<PullMessage>(connection.reading(open, signal, SILENCE_MS, silent))) {
    if (error !== undefined) throw new Error(error);
  }
  signal?.throwIfAborted();
}
