import { randomBytes } from 'node:crypto';
import { type Address, isLoopback } from '../dashboard/address.js';
import { LEAST_TOKEN } from '../dashboard/admission.js';
import { UsageError } from '../errors.js';
import type { Io } from './io.js';

export const TOKEN_ENV = 'LOADWITNESS_UI_TOKEN';

/** Who may open the page. */
export interface UiToken {
  /** Undefined: everybody who reaches it. */
  token: string | undefined;
  /** Whether it was made here, so that nobody knows it who is not told. */
  isNew: boolean;
}

/**
 * The token of a page that is served at an address. One that others reach needs one: where a person sits at the terminal, one is made and shown
 * there; elsewhere it would end up in a log.
 *
 * @param given As it was typed; left out: the environment's.
 * @throws UsageError when there is none and there must be one, or it is too short.
 */
export function uiToken({ host }: Address, given: string | undefined, option: string, io: Pick<Io, 'env' | 'isTerminal'>): UiToken {
  const token = given ?? (io.env[TOKEN_ENV] || undefined);
  if (token !== undefined) {
    if (token.length < LEAST_TOKEN)
      throw new UsageError(`the token of the page must have at least ${LEAST_TOKEN} characters (openssl rand -hex 16)`);
    return { token, isNew: false };
  }
  if (isLoopback(host)) return { token: undefined, isNew: false };
  if (io.isTerminal) return { token: randomBytes(24).toString('base64url'), isNew: true };
  throw new UsageError(
    `${option}: ${host} can be reached by others, and whoever opens the page can send load: set ${TOKEN_ENV} (openssl rand -hex 16)`,
  );
}

/** What is said of where the page is. A token that its owner knows is not said: what is said ends up in logs. */
export function describeLink(link: string, { token, isNew }: UiToken): string {
  if (isNew) return link;
  const plain = link.replace(/\?token=.*$/, '');
  return token === undefined ? plain : `${plain}?token=… (the token is the one that was given)`;
}
