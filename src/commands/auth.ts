import { login, refresh, register } from '../clients/kindmap-auth.js';
import type { Config } from '../config/config.js';
import type { Auth, LoginAnswer } from '../load/identities/auth.js';

/** The auth API of a configuration's target. It remembers logins, so that no account logs in twice in a night. */
export function createAuth({ target, tls }: Pick<Config, 'target' | 'tls'>): Auth {
  const origin = target.replace(/^ws/, 'http');
  const known = new Map<string, LoginAnswer>();
  const loginAgain: Auth['loginAgain'] = async (account, signal) => {
    const answer = await login(origin, account, signal, tls);
    if (answer.token !== undefined) known.set(account.email, answer);
    return answer;
  };
  return {
    login: async (account, signal) => known.get(account.email) ?? (await loginAgain(account, signal)),
    isLoggedIn: (account) => known.has(account.email),
    loginAgain,
    refresh: (refreshToken, signal) => refresh(origin, refreshToken, signal, tls),
    register: (account, signal) => register(origin, account, signal, tls),
  };
}
