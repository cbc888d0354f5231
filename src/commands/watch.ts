import { MAX_SECONDS, parseDuration } from '../config/duration.js';
import { type ExitCode, UsageError } from '../errors.js';
import { conduct } from './conduct.js';
import type { Drive, DriveContext, DriveEnd } from './drive.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { outputOptions } from './outputs.js';
import { type RunOptions, withHost } from './run.js';
import { withoutOwnLoad } from './without-own-load.js';

/** The options of `watch` as they were typed. */
export interface WatchOptions extends RunOptions {
  /** How long: `300`, `90s`, `25m`. */
  for: string;
}

/** `loadwitness watch`: samples everything while whatever load there is comes from elsewhere. */
export async function watch({ for: time, ...options }: WatchOptions, io: Io): Promise<ExitCode> {
  const seconds = parseDuration(time);
  if (seconds === undefined || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw new UsageError(`--for: must be a time such as 300, 90s, 25m or 1h30m, is "${time}"`);
  }
  const { config, notices, secrets } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  const watched = withoutOwnLoad(config);
  for (const notice of [...notices, ...watched.notices]) io.say(`note: ${notice}`);
  const { out, preflight } = options;
  return await conduct({ config: watched.config, secrets, out, preflight, outputs: outputOptions(options), drive: noLoad(seconds) }, io);
}

/** No load: a window of so many seconds that is sampled. */
export function noLoad(seconds: number): Drive {
  return { mode: 'watch', seconds, stopping: 'a last reading is taken', run: async (ctx) => await driveWatch(seconds, ctx) };
}

const TELL_EVERY_MS = 60_000;

async function driveWatch(seconds: number, { emit, stop, io }: DriveContext): Promise<DriveEnd> {
  emit({ type: 'load.start' });
  const begin = performance.now();
  const tell = (): void => io.progress(`watching: ${clock((performance.now() - begin) / 1000)} of ${clock(seconds)}`);
  // A terminal shows the time all along.
  const ticker = io.isTerminal ? undefined : setInterval(tell, TELL_EVERY_MS);
  await passed(seconds, stop);
  clearInterval(ticker);
  const reason = stop.aborted ? 'stopped' : 'completed';
  emit({ type: 'load.end', reason });
  return reason;
}

/** Until the time is over or somebody wants the end. */
async function passed(seconds: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (stop.aborted) return resolve();
    const timer = setTimeout(end, seconds * 1000);
    function end(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    }
    stop.addEventListener('abort', end, { once: true });
  });
}

function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
