import type { Account, TlsConfig } from '../config/config.js';
import { type HttpOptions, type HttpResponse, request } from './http.js';

/** What a login or a refresh brought. The tokens are secrets. */
export interface LoginResult {
  /** 200 logged in, 401 wrong e-mail, password or refresh token, 400 inactive account. */
  status: number;
  token?: string;
  refreshToken?: string;
  /** How long the target asks to wait before the next request. */
  retryAfterMs?: number;
}

/** A new account. */
export interface Registration extends Account {
  username: string;
  /** PHY, VIS, AUD or ELD. */
  disabilityType: string;
}

/** What a registration brought. */
export interface RegisterResult {
  /** 201 registered, 400 the e-mail is taken, 422 the target does not like a value. */
  status: number;
  /** Where the target tells it. */
  userId?: string;
  /** How long the target asks to wait before the next request. */
  retryAfterMs?: number;
}

/** Logins and registrations hash a password on the target, and are slow under load. */
const DEADLINE_MS = 10_000;

/** Logs `account` in at an http:// or https:// origin. Throws when there is no response within 10 s (logins are slow under load). */
export async function login(httpOrigin: string, account: Account, signal: AbortSignal, tls?: TlsConfig): Promise<LoginResult> {
  const form = { username: account.email, password: account.password };
  return loginResult(await post(httpOrigin, 'login', { form, signal }, tls));
}

/** Changes a refresh token for a new pair of tokens. Throws when there is no response within 10 s. */
export async function refresh(httpOrigin: string, refreshToken: string, signal: AbortSignal, tls?: TlsConfig): Promise<LoginResult> {
  return loginResult(await post(httpOrigin, 'refresh', { ...json({ refresh_token: refreshToken }), signal }, tls));
}

/** Makes an account. Throws when there is no response within 10 s: the account may then exist nevertheless. */
export async function register(
  httpOrigin: string,
  registration: Registration,
  signal: AbortSignal,
  tls?: TlsConfig,
): Promise<RegisterResult> {
  const { email, password, username, disabilityType } = registration;
  const body = json({ email, password, username, disability_type: disabilityType });
  const response = await post(httpOrigin, 'register', { ...body, signal }, tls);
  const answer = parseObject(response.text);
  const userId = answer.user_id ?? answer.id;
  return { ...statusOf(response), ...(response.status === 201 && typeof userId === 'string' && { userId }) };
}

function post(httpOrigin: string, action: string, options: HttpOptions, tls: TlsConfig | undefined): Promise<HttpResponse> {
  return request('POST', new URL(`/api/v1/auth/${action}`, httpOrigin).href, { deadlineMs: DEADLINE_MS, ...(tls && { tls }), ...options });
}

function json(value: object): Pick<HttpOptions, 'body' | 'headers'> {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

function loginResult(response: HttpResponse): LoginResult {
  return { ...statusOf(response), ...(response.status === 200 && tokens(response.text)) };
}

function statusOf({ status, retryAfterMs }: HttpResponse): { status: number; retryAfterMs?: number } {
  return { status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function tokens(text: string): Pick<LoginResult, 'token' | 'refreshToken'> {
  const { access_token: token, refresh_token: refreshToken } = parseObject(text);
  return {
    ...(typeof token === 'string' && { token }),
    ...(typeof refreshToken === 'string' && { refreshToken }),
  };
}

/** A body that is no JSON object (a proxy's HTML page) has no token: the caller sees a status without one. */
function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
