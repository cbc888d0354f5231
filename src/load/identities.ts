import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { Account, Config } from '../config/config.js';
import { ExitCode, KnownError, messageOf } from '../errors.js';

/** Who virtual users are, resolved: plain data that can be handed to a worker. */
export type Identities = { kind: 'guests'; prefix: string } | { kind: 'accounts'; users: readonly { id: string; token: string }[] };

/** Logs one account in. Comes in through the context: the load engine does not know the target's login API. */
export type Login = (account: Account, signal: AbortSignal) => Promise<{ status: number; token?: string }>;

/**
 * Guests need nothing. Accounts are logged in once each, at the bounded rate of the configuration, because a storm of logins
 * freezes a backend that hashes passwords on its event loop.
 *
 * @param runId Part of each guest's id, so that two runs never meet.
 * @param onSecret Told of each token as soon as it is known.
 * @throws KnownError naming the account that could not log in.
 */
export async function resolveIdentities(
  { identity, accounts, loginsPerSecond }: Pick<Config, 'identity' | 'accounts' | 'loginsPerSecond'>,
  runId: string,
  login: Login,
  onSecret: (secret: string) => void,
  signal: AbortSignal,
): Promise<Identities> {
  if (identity === 'guests') return { kind: 'guests', prefix: `temp_${runId}_` };
  const users: { id: string; token: string }[] = [];
  for (const [index, account] of accounts.entries()) {
    if (index > 0) await sleep(1000 / loginsPerSecond, undefined, { signal });
    const token = await tokenOf(account, login, signal);
    onSecret(token);
    users.push({ id: subjectOf(token, account), token });
  }
  return { kind: 'accounts', users };
}

async function tokenOf(account: Account, login: Login, signal: AbortSignal): Promise<string> {
  try {
    const { status, token } = await login(account, signal);
    if (token !== undefined) return token;
    throw new Error(`HTTP ${status}`);
  } catch (error) {
    throw new KnownError(`${account.email} cannot log in: ${messageOf(error)}`, ExitCode.preflightFailed);
  }
}

/** The id under which the target knows the owner of `token`: it refuses a socket whose URL names another. */
function subjectOf(token: string, account: Account): string {
  const subject = decodeJwt(token).sub;
  if (subject === undefined) throw new KnownError(`the token of ${account.email} has no "sub"`, ExitCode.preflightFailed);
  return subject;
}

/** The id of the nth user of the run, and how to get its token of the moment. Accounts are shared in turn. */
export function credentialsOf(identities: Identities, index: number): { id: string; token(): string | undefined } {
  if (identities.kind === 'guests') return { id: `${identities.prefix}${index}`, token: () => undefined };
  const user = identities.users[index % identities.users.length];
  if (!user) throw new RangeError('no account to be');
  return { id: user.id, token: () => user.token };
}
