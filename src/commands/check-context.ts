import { randomUUID } from 'node:crypto';
import type { Publisher } from '../canary/canaries.js';
import type { Config } from '../config/config.js';
import { addressLack, capacityOf, greatestUsers, needOf } from '../load/capacity.js';
import type { Auth } from '../load/identities/auth.js';
import { type Machine, readMachine } from '../load/machine.js';
import { createPlan, createScenario } from '../load/plan.js';
import { probe } from '../load/probe.js';
import { createRandom } from '../load/random.js';
import type { Scenario } from '../load/scenario.js';
import { openSecondSocket } from '../load/second-socket.js';
import { createTlsOptions } from '../load/tls.js';
import type { UserIdentity } from '../load/virtual-user.js';
import type { CheckContext, GeneratorFacts, UserFacts } from '../preflight/check.js';
import { MOST_PROBED, probeCanaries } from './canaries.js';
import { FirstUsers } from './first-users.js';
import { takeTurns } from './take-turns.js';

export interface CheckOptions {
  config: Config;
  auth: Auth;
  /** The client of the Redis that `config.redis` names: for canaries. */
  redis: Publisher | undefined;
  env: NodeJS.ProcessEnv;
  /** Folder under which the evidence will be written. */
  out: string;
  /** The user has said that the target may be a production system. */
  yes: boolean;
  /** Told of each token and password as soon as it is known. */
  onSecret(secret: string): void;
}

/** Registered users are logged in for canaries alone: as many as there are replicas, but not fewer than this. */
const LEAST_REGISTERED = 3;

/**
 * Joins the checks to the load engine, which they must not know.
 *
 * @throws UsageError naming a file of `config.tls` that cannot be used.
 */
export function createCheckContext(options: CheckOptions, signal: AbortSignal): CheckContext {
  const { config, auth, redis, env, out, yes, onSecret } = options;
  const tls = createTlsOptions(config.tls);
  const socket = { timeoutMs: config.connectTimeoutSeconds * 1000, tls };
  const runId = `preflight-${randomUUID()}`;
  const users = new FirstUsers({ config, runId, auth, env, onSecret });
  let scenario: Promise<Scenario> | undefined;
  const loadScenario = (): Promise<Scenario> => {
    scenario ??= createScenario(config);
    return scenario;
  };
  let facts: Promise<GeneratorFacts> | undefined;
  // Sockets of one user at the same time would evict each other.
  const inTurn = takeTurns();
  const firstUser = async (until: AbortSignal): Promise<UserIdentity> =>
    createPlan(config, await users.identities(1, until), 1, 0, 1).identityOf(0);
  return {
    config,
    signal,
    env,
    out,
    yes,
    now: Date.now,
    async login(account, until) {
      const answer = await auth.login(account, until);
      for (const secret of [answer.token, answer.refreshToken]) if (secret !== undefined) onSecret(secret);
      return answer;
    },
    async identities(count, until) {
      const first = await users.first(count, until);
      const loaded = await loadScenario();
      return first.map((user, index) => ({ ...user, ...pathOf(loaded, user, index) }));
    },
    roundTrips: (until) => inTurn(async () => await probe(await loadScenario(), await firstUser(until), socket, until)),
    secondSocket: (until) => inTurn(async () => await openSecondSocket(await loadScenario(), await firstUser(until), socket, until)),
    async canaries(until) {
      if (config.canary === undefined || config.redis === undefined || redis === undefined) return undefined;
      return await inTurn(async () => {
        const identities = await users.identities(recipientsOf(config), until);
        return await probeCanaries({ config, runId, publisher: redis, identities }, until);
      });
    },
    generator() {
      facts ??= lookAtGenerator(config);
      return facts;
    },
  };
}

function recipientsOf({ identity, replicas }: Config): number {
  return identity === 'registered' ? Math.min(MOST_PROBED, Math.max(LEAST_REGISTERED, replicas)) : MOST_PROBED;
}

/** Where the scenario would connect a user. */
function pathOf(scenario: Scenario, { id, token }: UserFacts, index: number): { path?: string } {
  try {
    const { url } = scenario.connect({ index, id, token, random: createRandom(1), state: scenario.createState() });
    return { path: new URL(url).pathname };
  } catch {
    // What the scenario throws is told where it is used: by the round trips.
    return {};
  }
}

/** What this machine has for the load of a configuration. */
export async function lookAtGenerator(config: Config, machine: Machine = readMachine()): Promise<GeneratorFacts> {
  const need = needOf(config);
  const capacity = capacityOf(need, machine);
  const unbindable = await addressLack(config);
  const { cores, openFiles, portsPerAddress, memoryBytes } = machine;
  return {
    users: greatestUsers(config.stages),
    cores,
    sourceAddresses: need.sourceAddresses,
    ...(openFiles !== undefined && { openFiles }),
    ...(portsPerAddress !== undefined && { portsPerAddress }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(capacity.enough && { processes: capacity.layout.kind === 'processes' ? capacity.layout.workers : 1 }),
    lacks: [...(capacity.enough ? [] : capacity.lacks), ...(unbindable ? [unbindable] : [])],
  };
}
