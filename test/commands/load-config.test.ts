import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/commands/load-config.js';
import { ConfigError } from '../../src/errors.js';

const CHAT = fileURLToPath(new URL('../../examples/chat-scenario.js', import.meta.url));
const flags = { target: 'ws://127.0.0.1' };

describe('resolveConfig', () => {
  it('knows every task of a scenario that is a module', async () => {
    const { config } = await resolveConfig({ flags: { ...flags, scenario: CHAT }, env: {}, base: { tasks: { send: { weight: 99 } } } });
    expect(config.tasks).toEqual({
      join: { weight: 1, timeoutSeconds: 5 },
      send: { weight: 99, timeoutSeconds: 2 },
      history: { weight: 2, timeoutSeconds: 3 },
    });
  });

  it('leaves the scenario that is built in as it is', async () => {
    const { config } = await resolveConfig({ flags, env: {} });
    expect(Object.keys(config.tasks)).toEqual(['start_navigation', 'location_update']);
  });

  it('refuses a module that is not there', async () => {
    await expect(resolveConfig({ flags: { ...flags, scenario: 'nowhere.js' }, env: {} })).rejects.toThrow(ConfigError);
  });
});
