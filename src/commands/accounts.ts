import { Redactor } from '../bundle/redact.js';
import type { Account, Config } from '../config/config.js';
import type { Flags } from '../config/load.js';
import { ExitCode, UsageError } from '../errors.js';
import { greatestUsers } from '../load/capacity.js';
import { systemClock } from '../load/clock.js';
import { AccountFile } from '../load/identities/account-file.js';
import { type Auth, loginProblem, registerProblem } from '../load/identities/auth.js';
import { inTurns } from '../load/identities/in-turns.js';
import { PacedAuth } from '../load/identities/paced-auth.js';
import { profileOf } from '../load/identities/registered.js';
import { makeAccounts } from '../load/identities/resolve.js';
import { type AccountRow, renderAccounts } from '../report/accounts.js';
import { createAuth } from './auth.js';
import { cleanIo } from './clean-io.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { withHost } from './run.js';
import { progressOf } from './users.js';

/** The options of `accounts create` as they were typed. */
export interface AccountsOptions extends Pick<Flags, 'target' | 'ca' | 'insecure'> {
  config?: string;
  /** `--target` under Locust's name. */
  host?: string;
  /** How many accounts of the file of registered ones; left out: as many as the plan has users. */
  users?: string;
}

/** The options of `accounts check` as they were typed. */
export interface AccountsCheckOptions extends AccountsOptions {
  /** How many of them log in. */
  sample: string;
  /** All of them. */
  all?: boolean;
}

const AT_ONCE = 4;

/** What both commands work with. */
interface Subject {
  config: Config;
  auth: Auth;
  paced: PacedAuth;
  redactor: Redactor;
  /** Undefined where the test accounts of the configuration are meant. */
  users: number | undefined;
}

/** `loadwitness accounts create`: makes the accounts that a run needs and that are not there yet, without any load. */
export async function createAccounts(options: AccountsOptions, io: Io): Promise<ExitCode> {
  const subject = await readSubject(options, io);
  return subject.users === undefined ? await createTestAccounts(subject, io) : await createRegistered(subject, subject.users, io);
}

/** `loadwitness accounts check`: logs accounts in, and tells which could not and why. */
export async function checkAccounts(options: AccountsCheckOptions, io: Io): Promise<ExitCode> {
  const sample = options.all ? Number.POSITIVE_INFINITY : wholeNumber(options.sample, '--sample');
  const { config, paced, users, redactor } = await readSubject(options, io);
  const accounts = users === undefined ? config.accounts : await readRegistered(config, options.users === undefined ? undefined : users);
  for (const { password } of accounts) redactor.add(password);
  const chosen = spread(accounts, sample);
  const onProgress = progressOf(io);
  io.say(`logging in ${chosen.length} of ${accounts.length} accounts at ${config.loginsPerSecond} a second`);
  const rows = await workOff(chosen, io.signal, async (account, signal) => {
    const answer = await paced.login(account, signal);
    onProgress(account.email);
    return answer.token === undefined ? { ok: false, result: loginProblem(answer) } : { ok: true, result: 'logs in' };
  });
  return finish(rows, redactor, io);
}

async function readSubject(options: AccountsOptions, io: Io): Promise<Subject> {
  const { config: file, target, ca, insecure } = withHost(options);
  const asked = options.users === undefined ? undefined : wholeNumber(options.users, '--users');
  const { config, notices, secrets } = await resolveConfig({ file, flags: { target, ca, insecure }, env: io.env });
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  for (const notice of notices) io.say(`note: ${notice}`);
  const auth = createAuth(config);
  const rates = { loginsPerSecond: config.loginsPerSecond, registrationsPerSecond: config.registered.perSecond };
  const paced = new PacedAuth(auth, rates, systemClock);
  const meansTestAccounts = asked === undefined && config.identity !== 'registered' && config.accounts.length > 0;
  return { config, auth, paced, redactor, users: meansTestAccounts ? undefined : (asked ?? greatestUsers(config.stages)) };
}

async function createTestAccounts({ config, paced, redactor }: Subject, io: Io): Promise<ExitCode> {
  const onProgress = progressOf(io);
  const rows = await workOff(config.accounts, io.signal, async (account, signal) => {
    const answer = await paced.register(profileOf(account), signal);
    onProgress(account.email);
    if (answer.status === 201) return { ok: true, result: 'created' };
    // Whether it is ours is what `accounts check` tells.
    return answer.status === 400 ? { ok: true, result: 'was there before' } : { ok: false, result: registerProblem(answer) };
  });
  return finish(rows, redactor, io);
}

async function createRegistered({ config, auth, paced, redactor }: Subject, users: number, io: Io): Promise<ExitCode> {
  const { made } = await makeAccounts(
    {
      config,
      users,
      auth,
      onSecret: (secret) => redactor.add(secret),
      onNotice: cleanIo(io, redactor).say,
      onProgress: progressOf(io),
      signal: io.signal,
    },
    paced,
  );
  io.out(`${users} accounts in ${config.registered.file}, ${made} of them new\n`);
  return ExitCode.pass;
}

async function readRegistered(config: Config, most: number | undefined): Promise<readonly Account[]> {
  const { accounts } = await AccountFile.read(config.registered.file, config.target);
  if (accounts.length > 0) return accounts.slice(0, most);
  throw new UsageError(`${config.registered.file} holds no accounts yet: loadwitness accounts create makes them`);
}

async function workOff(
  accounts: readonly Account[],
  signal: AbortSignal,
  work: (account: Account, signal: AbortSignal) => Promise<Omit<AccountRow, 'email'>>,
): Promise<AccountRow[]> {
  return await inTurns(accounts, AT_ONCE, signal, async (account, _, until) => ({ email: account.email, ...(await work(account, until)) }));
}

/** What the target answered may hold what it was told. */
function finish(rows: readonly AccountRow[], redactor: Redactor, io: Io): ExitCode {
  const clean = rows.map((row) => ({ ...row, result: redactor.redact(row.result) }));
  io.out(renderAccounts(clean, { colour: io.colour }));
  return rows.every(({ ok }) => ok) ? ExitCode.pass : ExitCode.preflightFailed;
}

/** At most `count` items, spread over all of them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}

function wholeNumber(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`${flag}: must be a whole number of 1 or more, is "${text}"`);
}
