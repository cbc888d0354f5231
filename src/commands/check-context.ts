import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.js';
import { credentialsOf, resolveIdentities } from '../load/identities.js';
import { createScenario } from '../load/plan.js';
import { probe } from '../load/probe.js';
import type { CheckContext } from '../preflight/check.js';
import type { Login } from './login.js';

/** Joins the checks to the load engine, which they must not know. */
export function createCheckContext(config: Config, login: Login, signal: AbortSignal): CheckContext {
  return {
    config,
    signal,
    login,
    async roundTrips(until) {
      const oneUser = { ...config, accounts: config.accounts.slice(0, 1) };
      const identities = await resolveIdentities(oneUser, `preflight-${randomUUID()}`, login, () => {}, until);
      const user = { index: 0, ...credentialsOf(identities, 0), localAddress: config.sourceAddresses[0], seed: 1 };
      return await probe(await createScenario(config), user, config.connectTimeoutSeconds * 1000, until);
    },
  };
}
