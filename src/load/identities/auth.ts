import type { Account } from '../../config/config.js';

/** What the target answered to a login or a refresh. The tokens are secrets. */
export interface LoginAnswer {
  /** HTTP status; 0 when there was no response. */
  status: number;
  token?: string;
  refreshToken?: string;
  /** How long the target asks to wait before the next request. */
  retryAfterMs?: number;
  /** Why there was no response. */
  problem?: string;
}

/** An account that is to be made. */
export interface NewAccount extends Account {
  username: string;
  disabilityType: string;
}

/** What the target answered to a registration. */
export interface RegisterAnswer {
  /** HTTP status: 201 made, 400 the e-mail is taken; 0 when there was no response. */
  status: number;
  userId?: string;
  retryAfterMs?: number;
  problem?: string;
}

/** The target's auth API. It comes in from outside, since the load engine does not know it. Every call rejects when there is no response. */
export interface Auth {
  /** Logs an account in, once: the answer of a login that succeeded is given again. */
  login(account: Account, signal: AbortSignal): Promise<LoginAnswer>;
  /** Whether `login` would give an answer without asking the target. */
  isLoggedIn(account: Account): boolean;
  /** Logs an account in whether or not it was before. */
  loginAgain(account: Account, signal: AbortSignal): Promise<LoginAnswer>;
  refresh(refreshToken: string, signal: AbortSignal): Promise<LoginAnswer>;
  register(account: NewAccount, signal: AbortSignal): Promise<RegisterAnswer>;
}

interface Refusal {
  status: number;
  problem?: string;
  retryAfterMs?: number;
}

/** In words, why a login gave no token. */
export function loginProblem(answer: Refusal): string {
  return words(answer, {
    200: 'HTTP 200 without an access_token',
    400: 'HTTP 400: the account is inactive',
    401: 'HTTP 401: wrong password, or not registered',
    429: 'HTTP 429: the target limits logins',
  });
}

/** In words, why a registration made no account. */
export function registerProblem(answer: Refusal): string {
  return words(answer, {
    400: 'HTTP 400: the e-mail is taken',
    404: 'HTTP 404: the target has no register API',
    422: 'HTTP 422: the target does not take such an e-mail, password or name',
    429: 'HTTP 429: the target limits registrations',
  });
}

function words({ status, problem, retryAfterMs }: Refusal, known: Record<number, string>): string {
  if (status === 0) return problem ?? 'no response';
  const wait = retryAfterMs === undefined ? '' : `, and asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
  return `${known[status] ?? (status >= 500 ? `HTTP ${status}: the target failed` : `HTTP ${status}`)}${wait}`;
}
