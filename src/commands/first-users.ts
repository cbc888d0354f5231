import type { Config } from '../config/config.js';
import { greatestUsers } from '../load/capacity.js';
import type { Auth } from '../load/identities/auth.js';
import { resolveIdentities } from '../load/identities/resolve.js';
import { credentialsOf, type Identities } from '../load/identities.js';
import type { UserFacts } from '../preflight/check.js';
import { takeTurns } from './take-turns.js';

export interface FirstUsersOptions {
  config: Config;
  /** Part of the ids of guests and minted users. */
  runId: string;
  auth: Auth;
  env: NodeJS.ProcessEnv;
  /** Told of each token and password as soon as it is known. */
  onSecret(secret: string): void;
}

const nobody = (): void => {};

/** The first users of a run, made before it: as few as are asked for, and each once. */
export class FirstUsers {
  readonly #options: FirstUsersOptions;
  /** Tokens that came with another by which they can be renewed. */
  readonly #refreshable = new Set<string>();
  /** One at a time: two that make the same user would log its account in twice. */
  readonly #inTurn = takeTurns();
  #made: { count: number; identities: Identities } | undefined;

  constructor(options: FirstUsersOptions) {
    this.#options = options;
  }

  /**
   * Identities of at least the first `count` users of the plan, fewer where it has or can have no more.
   *
   * @throws what {@link resolveIdentities} throws.
   */
  identities(count: number, signal: AbortSignal): Promise<Identities> {
    return this.#inTurn(async () => {
      signal.throwIfAborted();
      const users = Math.min(count, Math.max(1, greatestUsers(this.#options.config.stages)));
      if (this.#made === undefined || this.#made.count < users) this.#made = { count: users, identities: await this.#make(users, signal) };
      return this.#made.identities;
    });
  }

  /** What is known of the first users, one for each identity and at most `count`. */
  async first(count: number, signal: AbortSignal): Promise<UserFacts[]> {
    const identities = await this.identities(count, signal);
    const most = identities.kind === 'guests' ? (this.#made?.count ?? 0) : identities.users.length;
    return Array.from({ length: Math.min(count, most) }, (_, index) => {
      const { id, token: tokenOf } = credentialsOf(identities, index);
      const token = tokenOf();
      return { id, ...(token !== undefined && { token, renewal: this.#renewalOf(identities.kind, token) }) };
    });
  }

  #renewalOf(kind: Identities['kind'], token: string): NonNullable<UserFacts['renewal']> {
    if (kind === 'minted') return 'sign';
    return this.#refreshable.has(token) ? 'refresh' : 'login';
  }

  async #make(users: number, signal: AbortSignal): Promise<Identities> {
    const { auth, ...options } = this.#options;
    const login: Auth['login'] = async (account, until) => {
      const answer = await auth.login(account, until);
      if (answer.token !== undefined && answer.refreshToken !== undefined) this.#refreshable.add(answer.token);
      return answer;
    };
    return await resolveIdentities({
      ...options,
      users,
      auth: {
        login,
        isLoggedIn: (account) => auth.isLoggedIn(account),
        loginAgain: (account, until) => auth.loginAgain(account, until),
        refresh: (refreshToken, until) => auth.refresh(refreshToken, until),
        register: (account, until) => auth.register(account, until),
      },
      // Tokens for a moment, and what there is to say of all users the run says.
      onOwner: nobody,
      onNotice: nobody,
      onProgress: nobody,
      signal,
    });
  }
}
