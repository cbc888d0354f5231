import { type LoginResult, login } from '../clients/kindmap-auth.js';
import type { Account } from '../config/config.js';

/** Logs an account in, once: the token of a login that succeeded is given again. */
export type Login = (account: Account, signal: AbortSignal) => Promise<LoginResult>;

/** @param target ws:// or wss:// origin. */
export function createLogin(target: string): Login {
  const known = new Map<string, LoginResult>();
  return async (account, signal) => {
    const before = known.get(account.email);
    if (before) return before;
    const result = await login(target.replace(/^ws/, 'http'), account, signal);
    if (result.token !== undefined) known.set(account.email, result);
    return result;
  };
}
