import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { GUIDE_ACCOUNTS } from './accounts.js';
import type { Auth } from './auth.js';

/** Much for one key: what 64 KiB every ten milliseconds pushes out of a small Redis are the sessions of users who pause for a second. */
const WASTE = 'x'.repeat(64 * 1024);

/** What somebody else does to a replica: a login, as if it had come in by HTTP. */
export async function logIn(auth: Auth): Promise<void> {
  const [account] = GUIDE_ACCOUNTS;
  if (account === undefined) return;
  // Whether they get in is not what it is about; a Redis that is away has its own line in the log.
  await auth.login(new URLSearchParams({ username: account.email, password: account.password }).toString()).catch(() => undefined);
}

/** A cache without bounds: writes another key that is never read. */
export function waste(redis: Redis): void {
  redis.set(`route_cache:${randomUUID()}`, WASTE).catch(() => undefined);
}
