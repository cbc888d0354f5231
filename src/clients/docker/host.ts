import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { messageOf, UsageError } from '../../errors.js';

/** Where an Engine is, by the way it is reached. */
export type EngineHost = { shown: string } & (
  | { kind: 'socket'; socketPath: string }
  | { kind: 'tcp'; hostname: string; port: number; tls?: { ca: Buffer; cert: Buffer; key: Buffer } }
  | { kind: 'ssh'; destination: string; user?: string; port?: number }
);

const NAMED_PIPE = '//./pipe/docker_engine';
const FORMS = 'unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host';

/**
 * Reads an Engine's address as Docker does: `host`, else DOCKER_HOST, else the system's own socket. `shown` is the address without a password.
 *
 * @throws UsageError for an address or a certificate that cannot be used.
 */
export function engineHost(options: { host?: string; certPath?: string; env: NodeJS.ProcessEnv }): EngineHost {
  const { env } = options;
  const given = options.host ?? (env.DOCKER_HOST || systemSocket(env));
  const scheme = /^(unix|npipe):\/\/(.*)$/.exec(given);
  if (scheme !== null) {
    const fallback = scheme[1] === 'unix' ? '/var/run/docker.sock' : NAMED_PIPE;
    return { kind: 'socket', shown: given, socketPath: scheme[2] || fallback };
  }
  const url = parse(given);
  if (url.protocol === 'ssh:') return sshHost(url);
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol)) throw unusable(url.protocol);
  return tcpHost(url, options.certPath ?? certificatesOf(env, url));
}

function parse(given: string): URL {
  try {
    return new URL(given.includes('://') ? given : `tcp://${given}`);
  } catch {
    // The text itself may hold a password, so it is not repeated.
    throw unusable('this address');
  }
}

function unusable(what: string): UsageError {
  return new UsageError(`DOCKER_HOST: ${what} cannot be used; it must be ${FORMS}`);
}

function sshHost(url: URL): EngineHost {
  if (url.hostname === '') throw unusable('an ssh address without a host');
  if (url.password !== '') throw new UsageError('DOCKER_HOST: ssh takes no password in the address; use a key or an agent');
  // A destination that begins with a dash would be an option of ssh. The name is a host's or an alias of its configuration.
  const user = decodeURIComponent(url.username);
  if (/^-/.test(url.hostname) || /^-/.test(user)) throw unusable('an ssh address that begins with a dash');
  const port = url.port === '' ? undefined : Number(url.port);
  return {
    kind: 'ssh',
    shown: `ssh://${user === '' ? '' : `${user}@`}${url.host}`,
    destination: unbracketed(url.hostname),
    ...(user !== '' && { user }),
    ...(port !== undefined && { port }),
  };
}

function tcpHost(url: URL, certPath: string | undefined): EngineHost {
  const shown = `tcp://${url.host}`;
  if (url.hostname === '') throw unusable('a tcp address without a host');
  const tls = certPath === undefined ? undefined : readCertificates(certPath, shown);
  if (tls === undefined && url.protocol === 'https:')
    throw new UsageError(`Docker at ${shown}: https needs a folder with ca.pem, cert.pem and key.pem`);
  const standard = tls === undefined ? 2375 : 2376;
  // A URL with http: drops its port 80, and one with tcp: has none unless it is written.
  const port = url.port === '' ? ({ 'http:': 80, 'https:': 443 }[url.protocol] ?? standard) : Number(url.port);
  return { kind: 'tcp', shown, hostname: unbracketed(url.hostname), port, ...(tls && { tls }) };
}

function certificatesOf(env: NodeJS.ProcessEnv, url: URL): string | undefined {
  if (!env.DOCKER_TLS_VERIFY && url.protocol !== 'https:') return undefined;
  return env.DOCKER_CERT_PATH || path.join(homedir(), '.docker');
}

function readCertificates(folder: string, shown: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const read = (file: string): Buffer => {
    try {
      return readFileSync(path.join(folder, file));
    } catch (error) {
      throw new UsageError(`Docker at ${shown}: ${messageOf(error)}`, { cause: error });
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The system's socket, or that of an Engine that runs as this user. */
function systemSocket(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return `npipe://${NAMED_PIPE}`;
  const own = [path.join(homedir(), '.docker', 'run', 'docker.sock')];
  if (env.XDG_RUNTIME_DIR) own.unshift(path.join(env.XDG_RUNTIME_DIR, 'docker.sock'));
  const system = '/var/run/docker.sock';
  return `unix://${[system, ...own].find((socket) => existsSync(socket)) ?? system}`;
}
