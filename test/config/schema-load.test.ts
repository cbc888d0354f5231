import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KINDMAP } from '../../src/config/config.js';
import { type Flags, loadConfig } from '../../src/config/load.js';
import { ConfigError } from '../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'ca.pem'), 'a certificate');
writeFileSync(join(folder, 'key.pem'), 'a key');

function load(file: object, flags: Flags = {}, env: NodeJS.ProcessEnv = {}) {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(file));
  return loadConfig({ file: path, flags: { target: 'wss://127.0.0.1', ...flags }, env });
}

function mistakes(file: object, flags?: Flags): string[] {
  try {
    load(file, flags);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('accepted');
}

describe('the settings of the load engine', () => {
  it('have defaults', () => {
    const { config } = load({});
    expect(config).toMatchObject({
      scenario: KINDMAP,
      identity: 'guests',
      registered: { file: 'loadwitness-accounts.json', perSecond: 2 },
      minted: { secretEnv: 'LOADWITNESS_JWT_SECRET', lifetimeSeconds: 1800 },
      rhythm: 'closed',
      reconnect: { firstSeconds: 1, mostSeconds: 30 },
      tls: { insecure: false },
      workers: 0,
      settleSeconds: 5,
      sourceAddresses: [],
    });
    expect([config.seed, config.abort, config.reconnect.attempts, config.tls.caFile]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it.each<[object, object]>([
    [{ scenario: 'own/chat.js' }, { scenario: join(folder, 'own/chat.js') }],
    [{ scenario: 'kindmap' }, { scenario: KINDMAP }],
    [
      { identity: 'registered', registered: { file: 'users.json', per_second: '0.5' } },
      { identity: 'registered', registered: { file: join(folder, 'users.json'), perSecond: 0.5 } },
    ],
    [{ registered: { per_second: 4 } }, { registered: { file: 'loadwitness-accounts.json', perSecond: 4 } }],
    [
      { rhythm: 'paced', think_time_seconds: [0, 5] },
      { rhythm: 'paced', thinkTimeSeconds: [0, 5] },
    ],
    [{ think_time_seconds: 0 }, { rhythm: 'closed', thinkTimeSeconds: [0, 0] }],
    [{ reconnect: { first_seconds: 0.5, attempts: 0 } }, { reconnect: { firstSeconds: 0.5, mostSeconds: 30, attempts: 0 } }],
    [
      { tls: { ca: 'ca.pem', cert: 'ca.pem', key: 'key.pem', server_name: 'a.b', insecure: 'true' } },
      {
        tls: {
          caFile: join(folder, 'ca.pem'),
          certFile: join(folder, 'ca.pem'),
          keyFile: join(folder, 'key.pem'),
          serverName: 'a.b',
          insecure: true,
        },
      },
    ],
    [
      { seed: 0, workers: 3, settle_seconds: 0 },
      { seed: 0, workers: 3, settleSeconds: 0 },
    ],
    [{ workers: 'auto' }, { workers: 0 }],
    [{ abort: true }, { abort: { afterSeconds: 30, windowSeconds: 60, criteria: [] } }],
    [
      { abort: { after: '1m30s', window: 20, criteria: ['error_rate', 'location_update_p95'] } },
      { abort: { afterSeconds: 90, windowSeconds: 20, criteria: ['error_rate', 'location_update_p95'] } },
    ],
    [{ abort: { after: '0' } }, { abort: { afterSeconds: 0, windowSeconds: 60, criteria: [] } }],
    [{ source_addresses: ['127.0.1.0/30', '::1'] }, { sourceAddresses: ['127.0.1.1', '127.0.1.2', '::1'] }],
  ])('takes %j', (file, expected) => {
    expect(load(file).config).toMatchObject(expected);
  });

  it('are changed by flags', () => {
    const file = { scenario: 'kindmap', tls: { ca: 'key.pem', insecure: false }, seed: 1, workers: 1, rhythm: 'closed' };
    const flags = { ca: join(folder, 'ca.pem'), insecure: true, seed: '2', workers: '2', rhythm: 'paced' };
    expect(load(file, flags).config).toMatchObject({
      tls: { caFile: join(folder, 'ca.pem'), insecure: true },
      seed: 2,
      workers: 2,
      rhythm: 'paced',
    });
  });

  it('turn the abort rule on by a flag: as the file has it, else with the defaults', () => {
    expect(load({}, { abort: true }).config.abort).toEqual({ afterSeconds: 30, windowSeconds: 60, criteria: [] });
    expect(load({ abort: { window: 10 } }, { abort: true }).config.abort).toMatchObject({ afterSeconds: 30, windowSeconds: 10 });
    expect(load({ abort: false }).config).not.toHaveProperty('abort');
  });

  it('make the secret of minted tokens known to the redactor and keep it out of the configuration', () => {
    const file = { identity: 'minted', minted: { secret_env: 'OWN_SECRET', lifetime_seconds: 60 } };
    const { config, secrets } = load(file, {}, { OWN_SECRET: 'tops3cret' });
    expect(config.minted).toEqual({ secretEnv: 'OWN_SECRET', lifetimeSeconds: 60 });
    expect(secrets).toEqual(['tops3cret']);
    expect(JSON.stringify(config)).not.toContain('tops3cret');
  });

  it('say when TLS settings have no effect', () => {
    expect(load({ tls: { ca: 'ca.pem' } }, { target: 'ws://127.0.0.1' }).notices).toEqual([
      'tls has no effect: the target is a ws:// origin',
    ]);
    expect(load({ tls: { ca: 'ca.pem' } }).notices).toEqual([]);
  });
});

describe('mistakes in the settings of the load engine', () => {
  it.each<[object, (string | RegExp)[]]>([
    [{ identity: 'robots' }, ['identity: must be one of guests, accounts, registered, minted, is "robots"']],
    [
      { identity: 'minted' },
      [/^minted\.secret_env: the environment variable LOADWITNESS_JWT_SECRET is not set: it must hold the target's/],
    ],
    [
      { minted: { secret_env: 'not a name' } },
      [/^minted\.secret_env: must be the name of an environment variable \(never the secret itself\)/],
    ],
    [{ minted: { lifetime: 3 } }, [/^minted\.lifetime: unknown key/]],
    [{ registered: { per_second: 0 } }, ['registered.per_second: must be a positive number, is 0']],
    [{ rhythm: 'waltz' }, ['rhythm: must be one of closed, paced, is "waltz"']],
    [{ rhythm: 'paced', think_time_seconds: 0 }, ['rhythm: paced needs a think time above 0: it is the time from one task to the next']],
    [{ reconnect: { first_seconds: 40 } }, ['reconnect: first_seconds (40) must be no greater than most_seconds (30)']],
    [{ reconnect: { attempts: -1 } }, ['reconnect.attempts: must be a whole number of 0 or more, is -1']],
    [{ reconnect: { jitter: 1 } }, [/^reconnect\.jitter: unknown key/]],
    [{ tls: { ca: 'nowhere.pem' } }, [/^tls\.ca: cannot be read: ENOENT/]],
    [{ tls: { cert: '.', key: 'key.pem' } }, [/^tls\.cert: cannot be read: EISDIR/]],
    [{ tls: { cert: 'ca.pem' } }, ['tls.cert: needs tls.key as well: a client certificate is shown with its key']],
    [{ tls: { key: 'key.pem' } }, ['tls.key: needs tls.cert as well: a client certificate is shown with its key']],
    [{ seed: 1.5 }, ['seed: must be a whole number between 0 and 4294967295, is 1.5']],
    [{ workers: 'all' }, ['workers: must be a whole number up to 256, or auto, is "all"']],
    [{ settle_seconds: -1 }, ['settle_seconds: must be a number of seconds from 0 to 2000000, is -1']],
    [{ abort: 5 }, ['abort: must be an object with keys, is 5']],
    [{ abort: { after: 'soon' } }, ['abort.after: must be a time such as 30, 30s or 1m30s, is "soon"']],
    [{ abort: { window: 0 } }, ['abort.window: must be at least one second, is 0']],
    [{ abort: { criteria: ['eror_rate'] } }, ['abort.criteria[0]: "eror_rate" is no criterion of this run; did you mean "error_rate"?']],
    [{ abort: { criteria: ['throughput'] } }, [/^abort\.criteria\[0\]: "throughput" is no criterion of this run; judged here: connect_/]],
    [{ source_addresses: ['127.0.0.0/8'] }, [/^source_addresses\[0\]: must stand for at most 65536 addresses, stands for 16777214$/]],
    [{ source_addresses: ['10.0.0.0/16', '10.1.0.0/16'] }, [/^source_addresses: must stand for at most 65536 addresses together/]],
    [{ monitoring: { log_proof: { pattern: 'a' } } }, [/^monitoring\.log_proof\.reply_type: must be a text/]],
  ])('tells %j', (file, expected) => {
    expect(mistakes(file)).toEqual(expected.map((one) => (one instanceof RegExp ? expect.stringMatching(one) : one)));
  });

  it('names the flag where that is to blame', () => {
    expect(mistakes({ think_time_seconds: 0 }, { rhythm: 'paced', ca: join(folder, 'nowhere.pem') })).toEqual([
      expect.stringMatching(/^--rhythm: paced needs a think time above 0/),
      expect.stringMatching(/^--ca: cannot be read: ENOENT/),
    ]);
  });

  it('tells all of them at once', () => {
    const file = { rhythm: 'waltz', seed: -1, workers: 'all', reconnect: { attempts: 0.5 }, abort: { after: {} }, tls: { insecure: 2 } };
    expect(mistakes(file, { identity: 'robots' }).map((line) => line.split(':')[0])).toEqual([
      'rhythm',
      'reconnect.attempts',
      'tls.insecure',
      'seed',
      'workers',
      'abort.after',
      '--identity',
    ]);
  });
});
