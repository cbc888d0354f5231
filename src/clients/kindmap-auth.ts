import type { Account } from '../config/config.js';
import { request } from './http.js';

/** What a login brought. The tokens are secrets. */
export interface LoginResult {
  /** 200 logged in, 401 wrong e-mail or password, 400 inactive account. */
  status: number;
  token?: string;
  refreshToken?: string;
}

/** Logs `account` in at an http:// or https:// origin. Throws when there is no response within 10 s (logins are slow under load). */
export async function login(httpOrigin: string, account: Account, signal: AbortSignal): Promise<LoginResult> {
  const { status, text } = await request('POST', new URL('/api/v1/auth/login', httpOrigin).href, {
    form: { username: account.email, password: account.password },
    deadlineMs: 10_000,
    signal,
  });
  return status === 200 ? { status, ...tokens(text) } : { status };
}

function tokens(text: string): Omit<LoginResult, 'status'> {
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
