import { decodeJwt } from 'jose';

/** What a token says of itself. Times are Unix seconds. */
export interface TokenClaims {
  /** Whose it is. */
  sub?: string;
  /** When it was issued. */
  iat?: number;
  /** When it ends. */
  exp?: number;
}

/** Reads a token without its key: nothing of what it says is proven. Undefined for one that is no JWT. */
export function readClaims(token: string): TokenClaims | undefined {
  try {
    const { sub, iat, exp } = decodeJwt(token);
    return { ...(sub !== undefined && { sub }), ...(iat !== undefined && { iat }), ...(exp !== undefined && { exp }) };
  } catch {
    // A target may give tokens of any kind: what they say is then not known.
    return undefined;
  }
}
