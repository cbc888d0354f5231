import { randomBytes } from 'node:crypto';
import type { Account } from '../../config/config.js';
import { ExitCode, KnownError } from '../../errors.js';
import type { AccountFile, KeptAccount } from './account-file.js';
import { loginProblem, type NewAccount, registerProblem } from './auth.js';
import { inTurns } from './in-turns.js';
import type { PacedAuth } from './paced-auth.js';

/** Slow answers must not bring the rate down; a target that does not answer must not collect requests. */
const AT_ONCE = 4;

/** RFC 2606: nobody gets mail there. */
const MAIL_DOMAIN = 'example.com';

const DISABILITY_TYPE = 'PHY';

/** What the target wants to know of an account beyond e-mail and password. */
export function profileOf({ email, password }: Account): NewAccount {
  return { email, password, username: email.split('@')[0] ?? email, disabilityType: DISABILITY_TYPE };
}

/** Those of the first `count` accounts of the file that are not known to be on the target; new ones are added to the file where it has fewer. */
export async function planMissing(file: AccountFile, count: number, onSecret: (secret: string) => void): Promise<KeptAccount[]> {
  const batch = randomBytes(4).toString('hex');
  const before = file.accounts.length;
  while (file.accounts.length < count) file.accounts.push(planAccount(batch, file.accounts.length));
  for (const { password } of file.accounts) onSecret(password);
  // Before the target hears of them: no account is ever made whose password nobody has.
  if (file.accounts.length > before) await file.save();
  return file.accounts.slice(0, count).filter((account) => !account.registered);
}

function planAccount(batch: string, index: number): KeptAccount {
  // The end is for targets that ask for letters of both cases, a digit and a sign.
  const password = `${randomBytes(18).toString('base64url')}.aA1`;
  return { email: `loadwitness-${batch}-${index + 1}@${MAIL_DOMAIN}`, password, registered: false };
}

/**
 * Makes accounts on the target; each is marked in the file as soon as it is there, so that nothing is lost when this is interrupted.
 *
 * @param onDone Told how many there are by now.
 * @throws KnownError naming the account that could not be made
 */
export async function registerAll(
  file: AccountFile,
  missing: readonly KeptAccount[],
  auth: PacedAuth,
  onDone: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let done = 0;
  await inTurns(missing, AT_ONCE, signal, async (account, _, until) => {
    await registerOne(account, auth, until);
    account.registered = true;
    await file.save();
    onDone(++done);
  });
}

async function registerOne(account: KeptAccount, auth: PacedAuth, signal: AbortSignal): Promise<void> {
  const answer = await auth.register(profileOf(account), signal);
  if (answer.userId !== undefined) account.userId = answer.userId;
  if (answer.status === 201) return;
  const problem = registerProblem(answer);
  // An earlier attempt may have made it without its answer coming back: then it is ours, and its password opens it.
  if (answer.status === 400) {
    const login = await auth.login(account, signal);
    if (login.token !== undefined) return;
    throw cannotRegister(account, `${problem}, and with the password of ${account.email} it does not log in: ${loginProblem(login)}`);
  }
  throw cannotRegister(account, problem);
}

/** Makes an account of the file once more, with the same password. @returns whether it is there now */
export async function registerAgain(file: AccountFile, account: KeptAccount, auth: PacedAuth, signal: AbortSignal): Promise<boolean> {
  const { status, userId } = await auth.register(profileOf(account), signal);
  if (status !== 201) return false;
  if (userId !== undefined) account.userId = userId;
  await file.save();
  return true;
}

function cannotRegister({ email }: Account, problem: string): KnownError {
  return new KnownError(`${email} cannot be registered: ${problem}`, ExitCode.preflightFailed);
}
