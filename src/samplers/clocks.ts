import { setTimeout as sleep } from 'node:timers/promises';
import { type ClockLook, ClockResolution, clockOffset, lookAtClock } from '../clients/clock-offset.js';
import type { DockerClient } from '../clients/docker.js';
import { type HttpOptions, readDate } from '../clients/http.js';
import { messageOf } from '../errors.js';
import type { Sampler } from './sampler.js';

export interface ClocksOptions {
  /** Redis's TIME in Unix ms. */
  redis?: () => Promise<number>;
  docker?: DockerClient;
  /** A URL of the target; ws:// and wss:// stand for http:// and https://. Its `Date` is asked for. */
  target?: string;
  tls?: HttpOptions['tls'];
}

const INTERVAL_MS = 60_000;

/** The shortest of so many round trips tells most. */
const LOOKS = 3;

/** An HTTP date is coarse: looks that are spread over a second say more together than each of them. */
const HTTP_LOOKS = 4;
const HTTP_PAUSE_MS = 230;

/**
 * How far the clocks of Redis, the Docker Engine and the target's HTTP server are from ours, once a minute. It has no readings: each clock is
 * told as such, with its uncertainty. One that cannot be read is a problem, and hides no other.
 */
export function clocksSampler({ redis, docker, target, tls }: ClocksOptions): Sampler {
  const sources: [string, (signal: AbortSignal) => Promise<ClockLook[]>][] = [];
  if (redis) sources.push(['redis', () => looks(LOOKS, 0, () => lookAtClock(redis, ClockResolution.redis))]);
  if (docker)
    sources.push([
      'docker',
      (signal) => looks(LOOKS, 0, () => lookAtClock(async () => (await docker.engine(signal)).time, DOCKER_RESOLUTION_MS)),
    ]);
  if (target !== undefined) {
    const url = httpOrigin(target);
    const date = (signal: AbortSignal) => () => lookAtClock(() => readDate(url, { signal, ...(tls && { tls }) }), ClockResolution.http);
    sources.push(['http', (signal) => looks(HTTP_LOOKS, HTTP_PAUSE_MS, date(signal))]);
  }
  return {
    id: 'clocks',
    intervalMs: INTERVAL_MS,
    async sample({ signal, clock, problem }) {
      const readings = sources.map(async ([source, read]) => {
        try {
          clock(clockOffset(source, await read(signal)));
        } catch (error) {
          problem(`the clock of ${source}: ${messageOf(error)}`);
        }
      });
      await Promise.all(readings);
      return [];
    },
  };
}

/** Nanoseconds on the wire; {@link DockerClient.engine} gives whole milliseconds. */
const DOCKER_RESOLUTION_MS = 1;

async function looks(count: number, pauseMs: number, one: () => Promise<ClockLook>): Promise<ClockLook[]> {
  const all: ClockLook[] = [];
  for (let number = 0; number < count; number += 1) {
    if (number > 0 && pauseMs > 0) await sleep(pauseMs);
    all.push(await one());
  }
  return all;
}

function httpOrigin(target: string): string {
  const url = new URL(target);
  const scheme = url.protocol === 'wss:' || url.protocol === 'https:' ? 'https:' : 'http:';
  return `${scheme}//${url.host}/`;
}
