import type { ContainerEvent, DockerClient } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { backoff } from './backoff.js';

/** So many of the last events are known again when they are told twice. */
const REMEMBERED = 1_000;

/** A stream that lasted so long was a good one: what breaks next is tried again at once. */
const LASTED_MS = 5_000;

export interface DockerEventsOptions {
  docker: DockerClient;
  onEvent(event: ContainerEvent): void;
  /** The stream broke, or could not be opened; told once, with the reason, until it is back. */
  onLost(reason: string): void;
  /** It is open again. */
  onBack(): void;
}

/**
 * Follows the events of all containers from now on until the signal is aborted. When the stream breaks, what happened meanwhile is asked for
 * afterwards, and no event is given twice. Never rejects.
 */
export async function followDockerEvents({ docker, onEvent, onLost, onBack }: DockerEventsOptions, signal: AbortSignal): Promise<void> {
  const again = backoff();
  const known = new Recent();
  let since: number | undefined;
  let isLost = false;

  async function read(): Promise<void> {
    // By its own clock, as it is its own times that are asked for.
    const { time } = await docker.engine(signal);
    since ??= time;
    if (isLost) onBack();
    isLost = false;
    for await (const event of docker.events(since, signal)) {
      since = Math.max(since, event.time);
      if (known.add(keyOf(event))) onEvent(event);
    }
  }

  while (!signal.aborted) {
    const opened = performance.now();
    try {
      await read();
    } catch (error) {
      if (signal.aborted) return;
      if (!isLost) onLost(messageOf(error));
      isLost = true;
    }
    if (performance.now() - opened > LASTED_MS) again.reset();
    await again.pause(signal);
  }
}

function keyOf({ time, action, id, attributes }: ContainerEvent): string {
  return `${time} ${action} ${id} ${attributes.exitCode ?? attributes.signal ?? ''}`;
}

/** Remembers the last so many keys. */
class Recent {
  readonly #keys = new Set<string>();

  /** Whether it was not known. */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > REMEMBERED && oldest !== undefined) this.#keys.delete(oldest);
    return true;
  }
}
