import { decodeJwt, type JWTPayload } from 'jose';
import type { Account } from '../../config/config.js';
import { ExitCode, KnownError } from '../../errors.js';
import type { Clock } from '../clock.js';
import { type LoginAnswer, loginProblem } from './auth.js';
import type { Mint } from './minted.js';
import type { PacedAuth } from './paced-auth.js';

/** Somebody with a token that does not last. */
export interface TokenOwner {
  /** Says in messages who it is: the e-mail, or the id. */
  readonly name: string;
  /** The id under which the target knows the owner. */
  readonly id: string;
  /** The latest one. A secret. */
  token: string;
  /** Gets another token; does not change `token`. One attempt: rejects with the reason when there is none. */
  renew(signal: AbortSignal): Promise<string>;
}

/** The owner of an account that has logged in: renews by its refresh token and, where that is refused, by another login. */
export class AccountOwner implements TokenOwner {
  readonly name: string;
  readonly id: string;
  token: string;
  readonly #account: Account;
  readonly #auth: PacedAuth;
  #refreshToken: string | undefined;

  /** @throws KnownError when the token does not say whose it is */
  constructor(account: Account, { token, refreshToken }: LoginAnswer & { token: string }, auth: PacedAuth) {
    this.name = account.email;
    this.id = subjectOf(token, account);
    this.token = token;
    this.#account = account;
    this.#refreshToken = refreshToken;
    this.#auth = auth;
  }

  async renew(signal: AbortSignal): Promise<string> {
    return (await this.#refreshed(signal)) ?? (await this.#loggedIn(signal));
  }

  /** Undefined when the target does not take the refresh token. */
  async #refreshed(signal: AbortSignal): Promise<string | undefined> {
    if (this.#refreshToken === undefined) return undefined;
    const answer = await this.#auth.refresh(this.#refreshToken, signal);
    if (answer.token !== undefined) return this.#keep(answer, answer.token);
    const { status } = answer;
    // A target that is too busy to refresh is too busy for a login, which costs it more.
    if (status === 0 || status === 429 || status >= 500) throw new Error(`refresh: ${loginProblem(answer)}`);
    this.#refreshToken = undefined;
    return undefined;
  }

  async #loggedIn(signal: AbortSignal): Promise<string> {
    const answer = await this.#auth.loginAgain(this.#account, signal);
    if (answer.token !== undefined) return this.#keep(answer, answer.token);
    throw new Error(`login: ${loginProblem(answer)}`);
  }

  #keep({ refreshToken }: LoginAnswer, token: string): string {
    // A target that does not turn its refresh tokens over gives none: the old one is good still.
    this.#refreshToken = refreshToken ?? this.#refreshToken;
    return token;
  }
}

/** Somebody whose tokens are signed here. */
export async function mintedOwner(id: string, mint: Mint, clock: Clock): Promise<TokenOwner> {
  const renew = (): Promise<string> => mint.mint(id, clock.now());
  return { name: id, id, token: await renew(), renew };
}

/** The id under which the target knows the owner of `token`: it refuses a socket whose URL names another. */
function subjectOf(token: string, account: Account): string {
  const subject = claimsOf(token)?.sub;
  if (subject === undefined) throw new KnownError(`the token of ${account.email} has no "sub"`, ExitCode.preflightFailed);
  return subject;
}

/** What a token says of itself, unchecked; undefined for one that is no JWT. */
export function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    // It may be anything: what it says of itself is then not known.
    return undefined;
  }
}
