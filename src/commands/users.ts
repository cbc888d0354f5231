import type { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import type { Emit } from '../journal/event.js';
import { greatestUsers } from '../load/capacity.js';
import type { Auth } from '../load/identities/auth.js';
import { resolveIdentities } from '../load/identities/resolve.js';
import { type Identities, roomOf } from '../load/identities.js';
import { TokenKeeper } from '../load/token-keeper.js';
import type { Io } from './io.js';

/** On something that is no terminal, a line every so many ms. */
const PLAIN_EVERY_MS = 10_000;

/** The users of one run. Their tokens are kept fresh until `keeper.stop()`. */
export interface Users {
  identities: Identities;
  /** As many as there can be at a time: those of the plan and, where there are identities for them, some more. */
  most: number;
  keeper: TokenKeeper;
}

export interface UsersOptions {
  config: Config;
  runId: string;
  auth: Auth;
  redactor: Redactor;
  emit: Emit;
  signal: AbortSignal;
}

/** Makes the users' identities, says how long that takes and how far it is, and keeps their tokens fresh from the first login on. */
export async function prepareUsers({ config, runId, auth, redactor, emit, signal }: UsersOptions, io: Io): Promise<Users> {
  const onSecret = (secret: string): void => redactor.add(secret);
  const planned = greatestUsers(config.stages);
  const keeper = new TokenKeeper({ onSecret, onError: (message) => emit({ type: 'identity.error', message: redactor.redact(message) }) });
  try {
    const identities = await resolveIdentities({
      config,
      runId,
      users: planned,
      auth,
      env: io.env,
      onSecret,
      onOwner: keeper.keep,
      onNotice: (line) => io.say(redactor.redact(line)),
      onProgress: progressOf(io),
      signal,
    });
    return { identities, most: Math.max(planned, roomOf(identities, config.replicas)), keeper };
  } catch (error) {
    keeper.stop();
    throw error;
  }
}

/** Shows each line on a terminal, and one now and then elsewhere. */
export function progressOf(io: Io): (line: string) => void {
  let shownAt = performance.now();
  return (line) => {
    if (!io.isTerminal && performance.now() - shownAt < PLAIN_EVERY_MS) return;
    shownAt = performance.now();
    io.progress(line);
  };
}
