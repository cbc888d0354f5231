import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Minting } from '../../config/config.js';
import { UsageError } from '../../errors.js';

/** The namespace of the ids of minted users (RFC 9562, version 5). */
const NAMESPACE = Buffer.from('c1c0f0a4-6d0c-4b0e-9d55-4b7a0c2f9e31'.replaceAll('-', ''), 'hex');

/** The id of the nth user of a run: always the same for the same run, and another in every other run. */
export function mintedId(runId: string, index: number): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${runId}/${index}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The secret with which tokens are signed. @throws UsageError when the environment does not hold it */
export function mintingSecret({ secretEnv }: Minting, env: NodeJS.ProcessEnv): string {
  const secret = env[secretEnv];
  if (secret) return secret;
  throw new UsageError(
    `minted identities need the secret with which the target signs its tokens: set the environment variable ${secretEnv}`,
  );
}

/** Signs access tokens as the target itself does (HS256). */
export class Mint {
  readonly #key: KeyObject;
  readonly #lifetimeSeconds: number;

  constructor(secret: string, lifetimeSeconds: number) {
    this.#key = createSecretKey(secret, 'utf8');
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** @param now Unix time in ms. */
  mint(id: string, now: number): Promise<string> {
    // No `iat`: a target whose clock is a little behind refuses tokens that come from its future.
    return new SignJWT({ sub: id, exp: Math.ceil(now / 1000) + this.#lifetimeSeconds, type: 'access' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(this.#key);
  }
}
