import { login } from '../../src/clients/kindmap-auth.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { loadConfig } from '../../src/config/load.js';
import type { CheckContext, RoundTrip } from '../../src/preflight/check.js';

/** What a check is given, with the built-in profile under `layer`. */
export function checkContext(layer: ConfigLayer = {}, roundTrips: () => Promise<RoundTrip[]> = () => Promise.resolve([])): CheckContext {
  const { config } = loadConfig({ flags: {}, env: {}, base: { target: 'ws://127.0.0.1:9', ...layer } });
  return {
    config,
    signal: new AbortController().signal,
    login: (account, signal) => login(config.target.replace(/^ws/, 'http'), account, signal),
    roundTrips,
  };
}
