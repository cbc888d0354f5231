import type { Account } from '../../config/config.js';
import { messageOf } from '../../errors.js';
import type { Clock } from '../clock.js';
import { RateLimit } from '../rate-limit.js';
import type { Auth, LoginAnswer, NewAccount, RegisterAnswer } from './auth.js';

/** How often the target may be asked. */
export interface AuthRates {
  loginsPerSecond: number;
  registrationsPerSecond: number;
}

/** A refresh hashes no password; thousands at once would be a storm nevertheless. */
const REFRESHES_PER_SECOND = 10;

/** A target that limits its clients is asked again more often than one that fails. */
const MOST_ATTEMPTS = { limited: 8, failing: 3 };

const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 30_000;

/** Whoever asks to wait longer than this does not want the test at all. */
const MOST_PATIENCE_MS = 10 * 60_000;

interface Answer {
  status: number;
  retryAfterMs?: number;
  problem?: string;
}

/**
 * The target's auth API at a bounded rate: a storm of logins freezes a backend that hashes passwords on its event loop. Who is
 * told to wait (HTTP 429) or meets a failing target makes everybody wait. Nothing rejects but for the signal: no response is an
 * answer of status 0.
 */
export class PacedAuth {
  readonly #auth: Auth;
  readonly #logins: RateLimit;
  readonly #registrations: RateLimit;
  readonly #refreshes: RateLimit;

  constructor(auth: Auth, rates: AuthRates, clock: Clock) {
    this.#auth = auth;
    this.#logins = new RateLimit(rates.loginsPerSecond, clock);
    this.#registrations = new RateLimit(rates.registrationsPerSecond, clock);
    this.#refreshes = new RateLimit(REFRESHES_PER_SECOND, clock);
  }

  /** Logs an account in, once; tries again while the target limits or fails. */
  async login(account: Account, signal: AbortSignal): Promise<LoginAnswer> {
    if (this.#auth.isLoggedIn(account)) return await this.#auth.login(account, signal);
    return await patiently(this.#logins, () => this.#auth.login(account, signal), signal);
  }

  /** Makes an account; tries again while the target limits or fails. */
  register(account: NewAccount, signal: AbortSignal): Promise<RegisterAnswer> {
    return patiently(this.#registrations, () => this.#auth.register(account, signal), signal);
  }

  /** Logs an account in whether or not it was before. One attempt. */
  loginAgain(account: Account, signal: AbortSignal): Promise<LoginAnswer> {
    return once(this.#logins, () => this.#auth.loginAgain(account, signal), signal);
  }

  /** One attempt. */
  refresh(refreshToken: string, signal: AbortSignal): Promise<LoginAnswer> {
    return once(this.#refreshes, () => this.#auth.refresh(refreshToken, signal), signal);
  }
}

async function patiently<T extends Answer>(limit: RateLimit, ask: () => Promise<T>, signal: AbortSignal): Promise<T | Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await once(limit, ask, signal, attempt);
    if (!isTransient(answer) || attempt >= (answer.status === 429 ? MOST_ATTEMPTS.limited : MOST_ATTEMPTS.failing)) return answer;
    if ((answer.retryAfterMs ?? 0) > MOST_PATIENCE_MS) return answer;
  }
}

async function once<T extends Answer>(limit: RateLimit, ask: () => Promise<T>, signal: AbortSignal, attempt = 1): Promise<T | Answer> {
  await limit.turn(signal);
  const answer: T | Answer = await ask().catch((error: unknown) => {
    signal.throwIfAborted();
    return { status: 0, problem: messageOf(error) };
  });
  if (isTransient(answer)) limit.pause(Math.min(answer.retryAfterMs ?? pauseAfter(attempt), MOST_PATIENCE_MS));
  return answer;
}

function isTransient({ status }: Answer): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function pauseAfter(attempt: number): number {
  return Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
}
