import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.js';
import type { Auth } from '../load/identities/auth.js';
import { resolveIdentities } from '../load/identities/resolve.js';
import { credentialsOf } from '../load/identities.js';
import { createScenario } from '../load/plan.js';
import { probe } from '../load/probe.js';
import { createTlsOptions } from '../load/tls.js';
import type { CheckContext } from '../preflight/check.js';

export interface CheckOptions {
  config: Config;
  auth: Auth;
  env: NodeJS.ProcessEnv;
  /** Told of each token and password as soon as it is known. */
  onSecret(secret: string): void;
}

const nobody = (): void => {};

/**
 * Joins the checks to the load engine, which they must not know.
 *
 * @throws UsageError naming a file of `config.tls` that cannot be used.
 */
export function createCheckContext({ config, auth, env, onSecret }: CheckOptions, signal: AbortSignal): CheckContext {
  const tls = createTlsOptions(config.tls);
  return {
    config,
    signal,
    login: auth.login,
    async roundTrips(until) {
      const identities = await resolveIdentities({
        config,
        runId: `preflight-${randomUUID()}`,
        users: 1,
        auth,
        env,
        onSecret,
        // One token for a moment, and what there is to say of all users the run says.
        onOwner: nobody,
        onNotice: nobody,
        onProgress: nobody,
        signal: until,
      });
      const user = { index: 0, ...credentialsOf(identities, 0), localAddress: config.sourceAddresses[0], seed: 1 };
      return await probe(await createScenario(config), user, { timeoutMs: config.connectTimeoutSeconds * 1000, tls }, until);
    },
  };
}
