import type { Auth, LoginAnswer, RegisterAnswer } from '../../src/load/identities/auth.js';

/** An unsigned token that says what a test wants it to say. */
export function tokenOf(claims: { sub?: string; exp?: number; iat?: number }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
}

/** An auth API without a network, for tests that make their own time. Each call is noted with the moment at which it came. */
export class MemoryAuth implements Auth {
  readonly calls: { what: string; at: number }[] = [];
  readonly #known = new Map<string, LoginAnswer>();

  constructor(
    private readonly answers: {
      login?: (email: string) => LoginAnswer;
      refresh?: (token: string) => LoginAnswer;
      register?: (email: string) => RegisterAnswer;
    },
  ) {}

  async login({ email, password }: { email: string; password: string }): Promise<LoginAnswer> {
    return this.#known.get(email) ?? (await this.loginAgain({ email, password }));
  }

  isLoggedIn({ email }: { email: string }): boolean {
    return this.#known.has(email);
  }

  async loginAgain({ email }: { email: string; password: string }): Promise<LoginAnswer> {
    this.calls.push({ what: `login ${email}`, at: Date.now() });
    const answer = this.answers.login?.(email) ?? { status: 200, token: tokenOf({ sub: email }) };
    if (answer.token !== undefined) this.#known.set(email, answer);
    return answer;
  }

  async refresh(token: string): Promise<LoginAnswer> {
    this.calls.push({ what: `refresh ${token}`, at: Date.now() });
    return this.answers.refresh?.(token) ?? { status: 401 };
  }

  async register({ email }: { email: string }): Promise<RegisterAnswer> {
    this.calls.push({ what: `register ${email}`, at: Date.now() });
    return this.answers.register?.(email) ?? { status: 201 };
  }

  times(what: string): number[] {
    return this.calls.filter((call) => call.what.startsWith(what)).map((call) => call.at);
  }
}
