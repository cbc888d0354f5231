import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from '../config/config.js';
import { messageOf, UsageError } from '../errors.js';
import type { TlsOptions } from './connection.js';

/**
 * What all wss:// sockets of a thread share: one context for all, since each would cost more memory than its socket. An own CA
 * takes the place of the well-known ones.
 *
 * @throws UsageError naming the file that cannot be read or used.
 */
export function createTlsOptions({ caFile, certFile, keyFile, serverName, insecure }: TlsConfig): TlsOptions {
  const ca = read('CA', caFile);
  const cert = read('client certificate', certFile);
  const key = read('key of the client certificate', keyFile);
  // OpenSSL passes over what is no certificate without a word, and the run would be refused by the target's certificate instead.
  check('CA', caFile, () => ca && new X509Certificate(ca));
  const secureContext = check('client certificate or its key', [certFile, keyFile].filter(Boolean).join(', '), () =>
    createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }),
  );
  return { secureContext, rejectUnauthorized: !insecure, ...(serverName !== undefined && { serverName }) };
}

function read(what: string, file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  return check(what, file, () => readFileSync(file));
}

function check<T>(what: string, file: string | undefined, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw new UsageError(`tls: the ${what} (${file}) cannot be used: ${messageOf(error)}`);
  }
}
