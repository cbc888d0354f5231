import { tmpdir } from 'node:os';
import { login } from '../../src/clients/kindmap-auth.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { loadConfig } from '../../src/config/load.js';
import type { CheckContext } from '../../src/preflight/check.js';

/** A generator that has enough of everything for 1,000 users. */
const GENERATOR = {
  users: 1000,
  cores: 4,
  openFiles: 20_000,
  portsPerAddress: 28_232,
  sourceAddresses: 1,
  memoryBytes: 16 * 2 ** 30,
  processes: 1,
  lacks: [],
};

/**
 * What a check is given, with the built-in profile under `layer`. Logins are real ones, at the target. What else a test does not give with
 * `changes` is a world without findings: no users, no canaries, a machine that is enough.
 */
export function checkContext(layer: ConfigLayer = {}, changes: Partial<CheckContext> = {}): CheckContext {
  const { config } = loadConfig({ flags: {}, env: {}, base: { target: 'ws://127.0.0.1:9', ...layer } });
  return {
    config,
    signal: new AbortController().signal,
    env: {},
    out: tmpdir(),
    yes: false,
    now: Date.now,
    login: (account, signal) => login(config.target.replace(/^ws/, 'http'), account, signal, config.tls),
    identities: () => Promise.resolve([]),
    roundTrips: () => Promise.resolve([]),
    canaries: () => Promise.resolve(undefined),
    secondSocket: () => Promise.reject(new Error('this test opens no socket')),
    generator: () => Promise.resolve(GENERATOR),
    ...changes,
  };
}
