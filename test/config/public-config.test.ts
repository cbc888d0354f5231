import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { publicConfig } from '../../src/config/public-config.js';

describe('publicConfig', () => {
  it('holds everything but the secrets', () => {
    const { config, secrets } = loadConfig({
      flags: { target: 'ws://h' },
      env: {},
      base: {
        identity: 'accounts',
        backends: [{ name: 'a', logCommand: ['ssh', 'h', 'read-log --token t0ken'] }],
        accounts: [{ email: 'a@b.c', password: 'hunter2' }],
        redis: { url: 'redis://:s3cret@h:6379/0', channel: 'c' },
        nginx: { statusUrl: 'http://u:st4tus@h/' },
      },
    });
    const shown = publicConfig(config);
    expect(secrets.sort()).toEqual(['hunter2', 's3cret', 'st4tus', 't0ken']);
    for (const secret of secrets) expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toEqual({
      ...config,
      backends: [{ name: 'a', logCommand: ['ssh', 'h', 'read-log --token <redacted>'] }],
      accounts: [{ email: 'a@b.c', password: '<redacted>' }],
      redis: { url: 'redis://:<redacted>@h:6379/0', channel: 'c', lists: ['1/celery'] },
      nginx: { upstream: 'fastapi_backend', method: 'ip_hash', statusUrl: 'http://u:<redacted>@h/' },
    });
  });
});
