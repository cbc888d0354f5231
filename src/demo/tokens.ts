import { errors, jwtVerify, SignJWT } from 'jose';

/** How long an access token lasts unless a replica is told otherwise. */
export const ACCESS_TOKEN_SECONDS = 30 * 60;
const REFRESH_SECONDS = 7 * 24 * 60 * 60;

export interface TokenPair {
  access_token: string;
  refresh_token: string;
  token_type: 'bearer';
}

type TokenType = 'access' | 'refresh';

/** Issues and reads the target's tokens: JWTs with HMAC SHA-256. */
export class Tokens {
  readonly #key: Uint8Array;

  constructor(
    secret: string,
    private readonly accessSeconds = ACCESS_TOKEN_SECONDS,
  ) {
    this.#key = new TextEncoder().encode(secret);
  }

  async issue(userId: string, now = Date.now()): Promise<TokenPair> {
    const token = (type: TokenType, seconds: number): Promise<string> =>
      new SignJWT({ sub: userId, exp: Math.floor(now / 1000) + seconds, type })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(this.#key);
    const [access, refresh] = await Promise.all([token('access', this.accessSeconds), token('refresh', REFRESH_SECONDS)]);
    return { access_token: access, refresh_token: refresh, token_type: 'bearer' };
  }

  /** Whose token of this type it is, or why it is none. */
  async read(token: string, type: TokenType, now = Date.now()): Promise<{ userId: string } | 'expired' | 'invalid'> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(now),
      });
      return payload.type === type && payload.sub ? { userId: payload.sub } : 'invalid';
    } catch (error) {
      // A bad token is an answer here.
      return error instanceof errors.JWTExpired && error.payload.type === type ? 'expired' : 'invalid';
    }
  }

  /** The user whom a valid token of this type belongs to, or undefined. */
  async userOf(token: string, type: TokenType): Promise<string | undefined> {
    const found = await this.read(token, type);
    return typeof found === 'object' ? found.userId : undefined;
  }
}

/** The token of an `Authorization: Bearer …` header. */
export function bearer(header: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
}
