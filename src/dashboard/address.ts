import { isIP } from 'node:net';
import { UsageError } from '../errors.js';

/** Where the server listens. Port 0 is any that is free. */
export interface Address {
  /** Without brackets. */
  host: string;
  port: number;
}

export const DEFAULT_ADDRESS: Address = { host: '127.0.0.1', port: 8090 };

/**
 * Reads what was typed: a port, a host, or both. `127.0.0.1:8090`, `:8090`, `[::1]:8090`, `0.0.0.0`.
 *
 * @param option Its name, for the error.
 * @throws UsageError when it is none of these.
 */
export function parseAddress(text: string, option: string): Address {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const onlyPort = digits === undefined && bracketed === undefined && /^\d{1,5}$/.test(plain ?? '');
  const port = Number(onlyPort ? plain : (digits ?? DEFAULT_ADDRESS.port));
  const host = bracketed || (onlyPort ? '' : plain) || DEFAULT_ADDRESS.host;
  if (
    (bracketed === undefined && plain === undefined) ||
    text === '' ||
    port > 65_535 ||
    (bracketed !== undefined && isIP(bracketed) !== 6)
  ) {
    throw new UsageError(`${option}: must be <host>:<port>, e.g. 127.0.0.1:8090, is "${text}"`);
  }
  return { host, port };
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Whether it stands for every address of the machine. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** As it stands in a URL. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
