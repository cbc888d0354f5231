import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type Address, inUrl, isLoopback, isWildcard } from './address.js';

/** The part of a request that says whether it may be answered. Header names are in lower case. */
export interface Asking {
  method: string;
  /** Path and query. */
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whose it is. */
  remoteAddress: string;
  /** Whether it asks for a WebSocket. */
  isUpgrade: boolean;
}

/** `enter`: it came by a link with the token, and its browser is to be given this cookie. */
export type Admission = { type: 'ok' } | { type: 'enter'; cookie: string } | { type: 'denied'; status: 401 | 403 | 429; message: string };

/** So many wrong tokens of one address in a minute, and it has to wait until the minute is over. */
const MOST_FAILURES = 10;
const FAILURE_WINDOW_MS = 60_000;
/** Addresses that are remembered. */
const MOST_REMEMBERED = 1000;

export const LEAST_TOKEN = 16;

const denied = (status: 401 | 403 | 429, message: string): Admission => ({ type: 'denied', status, message });

/** Decides who may ask the server anything: every request goes through it, whatever it asks for. */
export class Doorkeeper {
  readonly #host: string;
  readonly #port: number;
  readonly #token: string | undefined;
  /** Browsers are given what can be made of the token and not the token itself, and it ends with this process. */
  readonly #session: string;
  readonly #cookieName: string;
  readonly #failures = new Map<string, { count: number; since: number }>();

  /** @param address Where the server really listens. @param token Undefined: everybody who reaches it may. */
  constructor({ host, port }: Address, token: string | undefined) {
    this.#host = host;
    this.#port = port;
    this.#token = token;
    this.#session = createHmac('sha256', randomBytes(32))
      .update(token ?? '')
      .digest('base64url');
    // Cookies know no ports.
    this.#cookieName = `loadwitness_${port}`;
  }

  admit(asking: Asking): Admission {
    const { method, headers, isUpgrade } = asking;
    const host = one(headers.host);
    if (host === undefined || !this.#isOwnHost(host)) {
      return denied(403, `this server is asked for by another name than its own (${quoted(host)}): open it by its address`);
    }
    const isRead = method === 'GET' || method === 'HEAD';
    // A page of somebody else's cannot do anything here, nor follow along.
    if ((isUpgrade || !isRead) && one(headers.origin) !== `http://${host}`) {
      return denied(403, `asked by a page of another origin (${quoted(one(headers.origin))})`);
    }
    return this.#token === undefined ? { type: 'ok' } : this.#admitByToken(asking, this.#token, isRead && !isUpgrade);
  }

  #admitByToken({ url, headers, remoteAddress }: Asking, token: string, isRead: boolean): Admission {
    const cookie = cookieOf(one(headers.cookie) ?? '', this.#cookieName);
    const bearer = /^Bearer +(.+)$/i.exec(one(headers.authorization) ?? '')?.[1];
    const linked = isRead ? tokenOf(url) : undefined;
    // A link is followed also by who is in already, so that the token leaves the address bar.
    if (linked === undefined && cookie !== undefined && isSame(cookie, this.#session)) return { type: 'ok' };
    const given = bearer ?? linked;
    if (given === undefined) return denied(401, 'a token is needed: open the link that the server printed, or send Authorization: Bearer');
    if (this.#hasToWait(remoteAddress)) return denied(429, 'too many wrong tokens: wait a minute');
    if (!isSame(given, token)) {
      this.#fail(remoteAddress);
      return denied(401, 'this is not the token of the server');
    }
    if (bearer !== undefined) return { type: 'ok' };
    return { type: 'enter', cookie: `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/` };
  }

  /** Names that nobody else's DNS can lead here: this is what keeps a foreign page from being of our origin. */
  #isOwnHost(text: string): boolean {
    const parsed = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text);
    const name = (parsed?.[1] ?? parsed?.[2])?.toLowerCase();
    if (name === undefined) return false;
    // Behind every address of a machine, or of a container, there may be another one with another port.
    if (isWildcard(this.#host)) return isIP(name) !== 0 || name === 'localhost';
    if (Number(parsed?.[3] ?? 80) !== this.#port) return false;
    return name === this.#host.toLowerCase() || (isLoopback(this.#host) && (name === 'localhost' || isLoopback(name)));
  }

  #hasToWait(address: string): boolean {
    const failed = this.#failures.get(address);
    if (failed === undefined || performance.now() - failed.since > FAILURE_WINDOW_MS) return false;
    return failed.count >= MOST_FAILURES;
  }

  #fail(address: string): void {
    const known = this.#failures.get(address);
    const isRecent = known !== undefined && performance.now() - known.since <= FAILURE_WINDOW_MS;
    this.#failures.delete(address);
    this.#failures.set(address, isRecent ? { ...known, count: known.count + 1 } : { count: 1, since: performance.now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_REMEMBERED && oldest !== undefined) this.#failures.delete(oldest);
  }
}

/** The link by which a browser is let in once and for all. */
export const linkOf = ({ host, port }: Address, token: string | undefined): string => {
  const name = isWildcard(host) ? 'localhost' : inUrl(host);
  return `http://${name}:${port}/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
};

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? undefined : value);

const quoted = (text: string | undefined): string => (text === undefined ? 'none' : JSON.stringify(text.slice(0, 100)));

/** Takes as long whatever differs. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function cookieOf(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

function tokenOf(url: string): string | undefined {
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query + 1)).get('token') ?? undefined);
}
