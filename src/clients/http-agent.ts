import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { TlsConfig } from '../config/config.js';

/**
 * Idle connections are closed before most servers close theirs: a request on one that is being closed from the other side would
 * fail for no fault of the target.
 */
const KEPT = { keepAlive: true, timeout: 4_000 };

const plain = new http.Agent(KEPT);
const trusting = new https.Agent(KEPT);
const byTls = new WeakMap<TlsConfig, https.Agent>();

/**
 * The connections that a request to `url` may use. Each TLS configuration has its own, so that its files are read once.
 *
 * @throws when a file of `tls` cannot be read or used.
 */
export function agentFor(url: URL, tls: TlsConfig | undefined): http.Agent {
  if (url.protocol !== 'https:') return plain;
  if (tls === undefined) return trusting;
  const known = byTls.get(tls);
  if (known) return known;
  const { caFile, certFile, keyFile, serverName, insecure } = tls;
  const agent = new https.Agent({
    ...KEPT,
    rejectUnauthorized: !insecure,
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
    ...(serverName !== undefined && { servername: serverName }),
  });
  byTls.set(tls, agent);
  return agent;
}
