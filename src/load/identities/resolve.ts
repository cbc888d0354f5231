import type { Account, Config } from '../../config/config.js';
import { ExitCode, KnownError } from '../../errors.js';
import { type Clock, systemClock } from '../clock.js';
import type { Identities } from '../identities.js';
import { AccountFile, type KeptAccount } from './account-file.js';
import { type Auth, type LoginAnswer, loginProblem } from './auth.js';
import { inTurns } from './in-turns.js';
import { Mint, mintedId, mintingSecret } from './minted.js';
import { PacedAuth } from './paced-auth.js';
import { planMissing, registerAgain, registerAll } from './registered.js';
import { AccountOwner, mintedOwner, type TokenOwner } from './token-owner.js';

/** The part of the configuration that says who virtual users are. */
export type IdentityConfig = Pick<Config, 'identity' | 'accounts' | 'replicas' | 'loginsPerSecond' | 'registered' | 'minted' | 'target'>;

export interface IdentityOptions {
  config: IdentityConfig;
  /** Part of the ids of guests and minted users, so that two runs never meet. */
  runId: string;
  /** How many users there are to be at the same time. */
  users: number;
  auth: Auth;
  env: NodeJS.ProcessEnv;
  /** Told of each token and password as soon as it is known. */
  onSecret(secret: string): void;
  /** Told of each token that does not last, with its position in `users`, as soon as it is there. */
  onOwner(owner: TokenOwner, index: number): void;
  /** One line for people: what is to come and how long it takes, or what the identities cannot do. */
  onNotice(line: string): void;
  /** How far it is: often. */
  onProgress(line: string): void;
  signal: AbortSignal;
  clock?: Clock;
}

/** How many logins may be unanswered at the same time. */
const AT_ONCE = 4;

/** Signing is done by a pool of threads, which one token at a time would leave idle. */
const SIGNED_AT_ONCE = 64;

/** Minted users cost nothing: there are more than the plan needs, so that users who are added while it runs have an id of their own. */
const MINTED_SPARE = { least: 100, share: 0.5 };

/**
 * Tells early what {@link resolveIdentities} would stumble over: a file of accounts that cannot be used, a secret that is not there.
 * @throws UsageError
 */
export async function checkIdentities({ identity, registered, minted, target }: IdentityConfig, env: NodeJS.ProcessEnv): Promise<void> {
  if (identity === 'registered') await AccountFile.read(registered.file, target);
  if (identity === 'minted') mintingSecret(minted, env);
}

/**
 * Makes the users' identities. Guests need nothing. Accounts are logged in once each, before the load: logins while it runs would
 * be in its latencies. Registered accounts that are missing are made first. Minted tokens are signed here.
 *
 * @throws KnownError naming the account that could not log in or be made; UsageError for a file or a secret that cannot be used
 */
export async function resolveIdentities(options: IdentityOptions): Promise<Identities> {
  const { config, runId } = options;
  switch (config.identity) {
    case 'guests':
      return { kind: 'guests', prefix: `temp_${runId}_` };
    case 'accounts':
      return { kind: 'accounts', users: usersOf(await logInAccounts(options)) };
    case 'registered':
      return { kind: 'registered', users: usersOf(await logInRegistered(options)) };
    case 'minted':
      return { kind: 'minted', users: usersOf(await mintAll(options)) };
  }
}

/** As late as possible: a token may have been renewed while others still logged in. */
function usersOf(owners: readonly TokenOwner[]): { id: string; token: string }[] {
  return owners.map(({ id, token }) => ({ id, token }));
}

async function logInAccounts(options: IdentityOptions): Promise<TokenOwner[]> {
  const { config, users, onNotice } = options;
  const { accounts, replicas } = config;
  const sockets = accounts.length * replicas;
  const held = `${accounts.length} accounts on ${replicas} replicas hold at most ${sockets} sockets`;
  const tooMany = `${held}, and the plan has ${users} users: a second socket of an account on a replica evicts the first`;
  onNotice(users > sockets ? `${tooMany}; --identity guests, registered or minted has one identity a user` : held);
  return await logInAll(accounts.slice(0, users), pacedAuth(options), options);
}

async function logInRegistered(options: IdentityOptions): Promise<TokenOwner[]> {
  const auth = pacedAuth(options);
  const { file } = await makeAccounts(options, auth);
  const logIn = async (account: KeptAccount, until: AbortSignal): Promise<LoginAnswer> => {
    const answer = await auth.login(account, until);
    // A target that was set up anew knows none of the file's accounts any more.
    const madeAgain = answer.status === 401 && (await registerAgain(file, account, auth, until));
    return madeAgain ? await auth.login(account, until) : answer;
  };
  return await logInAll(file.accounts.slice(0, options.users), auth, options, logIn);
}

/**
 * Makes the missing ones of the registered accounts that `users` users need, and keeps them in the file.
 *
 * @returns the file, and how many accounts were made.
 */
export async function makeAccounts(
  options: Pick<IdentityOptions, 'config' | 'users' | 'auth' | 'onSecret' | 'onNotice' | 'onProgress' | 'signal' | 'clock'>,
  auth: PacedAuth = pacedAuth(options),
): Promise<{ file: AccountFile; made: number }> {
  const { config, users, onSecret, onNotice, onProgress, signal } = options;
  const { file: path, perSecond } = config.registered;
  const file = await AccountFile.read(path, config.target);
  const missing = await planMissing(file, users, onSecret);
  if (missing.length === 0) return { file, made: 0 };
  onNotice(
    `registering ${missing.length} accounts at ${perSecond} a second takes about ${inWords(missing.length / perSecond)}; kept in ${path}`,
  );
  await registerAll(file, missing, auth, (done) => onProgress(`registered ${done} of ${missing.length} accounts`), signal);
  return { file, made: missing.length };
}

async function logInAll<A extends Account>(
  accounts: readonly A[],
  auth: PacedAuth,
  { config: { loginsPerSecond }, auth: known, onSecret, onOwner, onNotice, onProgress, signal }: IdentityOptions,
  logIn: (account: A, signal: AbortSignal) => Promise<LoginAnswer> = (account, until) => auth.login(account, until),
): Promise<TokenOwner[]> {
  const fresh = accounts.filter((account) => !known.isLoggedIn(account)).length;
  if (fresh > 0) {
    const time = inWords(fresh / loginsPerSecond);
    onNotice(`logging in ${fresh} accounts at ${loginsPerSecond} a second takes about ${time}; the load starts when all are in`);
  }
  let done = 0;
  return await inTurns(accounts, AT_ONCE, signal, async (account, index, until) => {
    const answer = await logIn(account, until);
    const { token, refreshToken } = answer;
    if (token === undefined) throw new KnownError(`${account.email} cannot log in: ${loginProblem(answer)}`, ExitCode.preflightFailed);
    for (const secret of [token, refreshToken]) if (secret !== undefined) onSecret(secret);
    const owner = new AccountOwner(account, { ...answer, token }, auth);
    onOwner(owner, index);
    onProgress(`logged in ${++done} of ${accounts.length} accounts`);
    return owner;
  });
}

async function mintAll({
  config,
  runId,
  users,
  env,
  onSecret,
  onOwner,
  signal,
  clock = systemClock,
}: IdentityOptions): Promise<TokenOwner[]> {
  const secret = mintingSecret(config.minted, env);
  onSecret(secret);
  const mint = new Mint(secret, config.minted.lifetimeSeconds);
  const count = users + Math.max(MINTED_SPARE.least, Math.ceil(users * MINTED_SPARE.share));
  const ids = Array.from({ length: count }, (_, index) => mintedId(runId, index));
  return await inTurns(ids, SIGNED_AT_ONCE, signal, async (id, index) => {
    const owner = await mintedOwner(id, mint, clock);
    onSecret(owner.token);
    onOwner(owner, index);
    return owner;
  });
}

function pacedAuth({ config, auth, clock = systemClock }: Pick<IdentityOptions, 'config' | 'auth' | 'clock'>): PacedAuth {
  return new PacedAuth(auth, { loginsPerSecond: config.loginsPerSecond, registrationsPerSecond: config.registered.perSecond }, clock);
}

/** `4 s`, `8 min 20 s`. */
function inWords(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
