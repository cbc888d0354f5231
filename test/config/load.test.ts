// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how a file refers to the environment
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LogPattern } from '../../src/config/config.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { type Flags, type Loaded, loadConfig } from '../../src/config/load.js';
import { KINDMAP_PROFILE } from '../../src/config/profiles/kindmap.js';
import { ConfigError } from '../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GUIDE = new URL('../fixtures/config/websocket_test_config.json', import.meta.url).pathname;

interface Rest {
  flags?: Flags;
  env?: NodeJS.ProcessEnv;
  base?: ConfigLayer;
}

function loadText(text: string, { flags = { target: 'ws://127.0.0.1' }, env = {}, base }: Rest = {}): Loaded {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, flags, env, base });
}

function loadJson(value: unknown, rest?: Rest): Loaded {
  return loadText(JSON.stringify(value), rest);
}

function errorOf(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('accepted');
}

/** `path: message` for each mistake. */
function mistakes(load: () => unknown): string[] {
  return errorOf(load).issues.map(({ path, message }) => `${path}: ${message}`);
}

describe('loadConfig', () => {
  it("accepts the guide's own file as it is", () => {
    const { config, notices, secrets } = loadConfig({ file: GUIDE, flags: { target: 'wss://example.org' }, env: {} });
    expect(config.stages).toEqual(KINDMAP_PROFILE.stages);
    expect(config.tasks).toEqual(KINDMAP_PROFILE.tasks);
    expect(config.kindmap.disabilityTypes).toEqual({ PHY: 40, VIS: 25, AUD: 20, ELD: 15 });
    expect(config.kindmap.stations).toHaveLength(10);
    expect(config.criteria).toEqual({
      ...KINDMAP_PROFILE.criteria,
      unknown: { 'location_update.p99_ms': 900 },
      from: {
        ...KINDMAP_PROFILE.criteria.from,
        connect_p95: 'file success_criteria.connection_time_p95_ms',
        connect_success_rate: 'file success_criteria.websocket_connection_success_rate',
        error_rate: 'file success_criteria.max_error_rate',
        location_update_p95: 'file success_criteria.location_update.p95_ms',
        publish_failures: 'file success_criteria.redis_pubsub_failures',
        pubsub_subscribers: 'file infrastructure.replicas',
        start_navigation_p95: 'file success_criteria.start_navigation_p95_ms',
      },
    });
    expect(config.monitoring.intervalSeconds).toBe(5);
    expect(config.replicas).toBe(3);
    expect(config.identity).toBe('guests');
    expect(secrets).toEqual([1, 2, 3, 4, 5].map((n) => `fixture-password-${n}`));
    expect(notices).toEqual([
      'message_types.start_navigation.template is not used',
      'message_types.location_update.template is not used',
      'infrastructure.workers_per_backend is not used',
      'infrastructure.max_connections_per_backend is not used',
      'infrastructure.total_capacity is not used',
      'the users are guests, and test_accounts are only checked; --identity accounts makes the users log in',
      'CloudWatch is not asked: monitoring.cloudwatch needs an instance_id (or --instance), or metrics with their dimensions',
    ]);
  });

  it('needs nothing but a target', () => {
    const { config, notices, secrets } = loadConfig({ flags: { target: 'http://127.0.0.1:8080' }, env: {} });
    expect(config).toMatchObject({ target: 'ws://127.0.0.1:8080', scenario: 'kindmap', replicas: 3, stopTimeoutSeconds: 15 });
    expect(config).not.toHaveProperty('redis');
    expect(config).not.toHaveProperty('nginx');
    expect([notices, secrets]).toEqual([[], []]);
  });

  it('lays profile, base, file and flags over each other in this order', () => {
    const base: ConfigLayer = { target: 'ws://base', thinkTimeSeconds: [1, 1], replicas: 5, connectTimeoutSeconds: 4 };
    const file = { think_time_seconds: 2, connect_timeout_seconds: 6, message_types: { location_update: { timeout_seconds: 9 } } };
    const { config } = loadJson(file, { base, flags: { thinkTime: '7-8' } });
    expect(config).toMatchObject({ target: 'ws://base', thinkTimeSeconds: [7, 8], replicas: 5, connectTimeoutSeconds: 6 });
    expect(config.tasks.location_update).toEqual({ weight: 10, timeoutSeconds: 9 });
  });

  it('does not mix the weights of the file with those of the profile', () => {
    expect(loadJson({ disability_types: { VIS: 3 } }).config.kindmap.disabilityTypes).toEqual({ VIS: 3 });
    const list = [{ type: 'PHY', weight: 2 }, { code: 'ELD', name: '고령자', weight: '1' }, 'AUD'];
    expect(loadJson({ disability_types: list }).config.kindmap.disabilityTypes).toEqual({ PHY: 2, ELD: 1, AUD: 1 });
  });

  it('takes the accounts of the file when a flag asks for them', () => {
    const accounts = [{ email: 'a@b.c', password: 'pw-1' }];
    const { config, notices } = loadJson({ test_accounts: accounts }, { flags: { target: 'ws://x', identity: 'accounts' } });
    expect(config).toMatchObject({ identity: 'accounts', accounts, loginsPerSecond: 2 });
    expect(notices).toEqual([]);
  });

  it('reads the parts of the system under flat and nested names, with paths from the folder of the file', () => {
    const infrastructure = {
      backends: [{ name: 'a', pid: 12, port: 8001, log: 'logs/a.log' }, 'b'],
      redis: { host: 'cache', port: 6380, password: 'p@ss/word', db: 1, channel: 'events' },
      nginx: { config: 'nginx.conf', method: 'Least Conn', status_url: 'http://127.0.0.1/status' },
      env_file: '.env',
    };
    const { config, secrets } = loadJson({ infrastructure });
    expect(config).toMatchObject({
      replicas: 2,
      backends: [{ name: 'a', pid: 12, port: 8001, log: join(folder, 'logs/a.log') }, { name: 'b' }],
      redis: { url: 'redis://:p%40ss%2Fword@cache:6380/1', channel: 'events' },
      nginx: {
        config: join(folder, 'nginx.conf'),
        upstream: 'fastapi_backend',
        method: 'least_conn',
        statusUrl: 'http://127.0.0.1/status',
      },
      envFile: join(folder, '.env'),
    });
    expect(secrets).toEqual(expect.arrayContaining(['p@ss/word', 'p%40ss%2Fword']));
    const flat = { redis_url: 'redis://h', redis_pubsub_channel: 'c', nginx_config: '/n.conf', nginx_method: 'round-robin', backends: 4 };
    expect(loadJson({ infrastructure: flat }).config).toMatchObject({
      replicas: 4,
      redis: { url: 'redis://h', channel: 'c' },
      nginx: { config: '/n.conf', method: 'round_robin' },
    });
  });

  it('names the counters that the verdict relies on as the contract does', () => {
    expect(KINDMAP_PROFILE.monitoring.logPatterns).toHaveProperty(LogPattern.publishFailed);
    expect(KINDMAP_PROFILE.monitoring.logPatterns).toHaveProperty(LogPattern.routeCalculated);
    expect(KINDMAP_PROFILE.criteria.logProof?.pattern).toBe(LogPattern.routeCalculated);
  });

  it('keeps the built-in log patterns beside those of the file', () => {
    const { logPatterns } = loadJson({ monitoring: { log_patterns: { oom: 'Out of memory' } } }).config.monitoring;
    expect(logPatterns).toMatchObject({ oom: 'Out of memory', route_calculated: '경로 계산 완료' });
  });

  it('says when a stage is over before its users can be there', () => {
    const stages = [{ duration_seconds: 10, target_users: 100, spawn_rate: 2 }];
    expect(loadJson({ load_pattern: { stages } }).notices).toEqual([
      'stage "Stage 1" ends with 20 of 100 users: at 2 a second there is no time for more',
    ]);
    expect(loadConfig({ flags: { target: 'ws://x', timeScale: '0.1' }, env: {} }).notices).toEqual([]);
  });
});

describe('mistakes in a configuration', () => {
  it.each<[string, unknown, string[]]>([
    ['an unknown key', { statoins: [] }, ['statoins: unknown key, did you mean "stations"?']],
    ['a negative number', { logins_per_second: -5 }, ['logins_per_second: must be a positive number, is -5']],
    ['a key without a value', { logins_per_second: null }, ['logins_per_second: must be a positive number, is empty']],
    ['a value of another kind', { strict: [1] }, ['strict: must be true or false, is a list of 1']],
    [
      'an unknown scenario',
      { scenario: 'metro' },
      ['scenario: must be kindmap or the path of a module (.js, .mjs, .cjs, .ts, .mts, .cts), is "metro"'],
    ],
    [
      'a target that is no URL',
      { target: 'example' },
      ['target: must be a URL, e.g. wss://example.org or http://127.0.0.1:8080, is "example"'],
    ],
    ['one station', { stations: ['강남', '강남'] }, ['stations: needs two different stations: a route has a start and an end']],
    ['an unknown type', { disability_types: { PHI: 1 } }, ['disability_types.PHI: must name one of PHY, VIS, AUD, ELD']],
    ['weights of nothing', { disability_types: { PHY: 0 } }, ['disability_types: must give at least one type a weight above 0']],
    ['tasks of no weight', tasksOf(0, 0), ['message_types: at least one task needs a weight above 0']],
    ['a misspelt task', { message_types: { location_updates: {} } }, [expect.stringContaining('did you mean "location_update"?')]],
    ['an address that is none', { source_addresses: ['127.0.0.300'] }, [expect.stringMatching(/^source_addresses\[0\]: must be an IPv4/)]],
    ['a span that goes down', { think_time_seconds: [5, 3] }, [expect.stringMatching(/^think_time_seconds: must be two numbers/)]],
    [
      'a time that no timer can wait',
      { stop_timeout_seconds: 1e12 },
      [expect.stringMatching(/^stop_timeout_seconds: must be .* up to 2000000/)],
    ],
    ['accounts without accounts', { identity: 'accounts' }, ['identity: accounts needs test_accounts in the configuration file']],
    [
      'a broken expression',
      { monitoring: { log_patterns: { a: '(' } } },
      ['monitoring.log_patterns.a: must be a regular expression, is "("'],
    ],
    [
      'a near miss in an open part',
      { monitoring: { log_pattern: {} } },
      ['monitoring.log_pattern: unknown key, did you mean "log_patterns"?'],
    ],
    [
      'two backends of one name',
      { infrastructure: { backends: ['a', 'a'] } },
      [expect.stringMatching(/backends\[1\]\.name: must be unique/)],
    ],
    ['a list as the whole file', [1], ['(file): must be an object with keys, is a list of 1']],
    ['nothing at all', null, ['(file): is empty; it must be an object with keys']],
  ])('tells %s', (_, value, expected) => {
    expect(mistakes(() => loadJson(value))).toEqual(expected);
  });

  function tasksOf(start: number, location: number): object {
    return { message_types: { start_navigation: { weight: start }, location_update: { weight: location } } };
  }

  it('tells all of them at once, those of the flags too', () => {
    const stages = [
      { name: 'a', duration_seconds: 60, target_users: -1, spawn_rate: 1 },
      { name: 'b', duration_seconds: 60, target_users: 10, spawn_rate: -5, spwan: 2 },
      { name: 'c', duration_seconds: 90, target_users: 20 },
    ];
    const file = { load_pattern: { stages }, infrastructure: { replicas: 0, redis: { chanel: 'x' } }, success_criteria: { eror_rate: 1 } };
    const error = errorOf(() => loadJson(file, { flags: { target: 'x', interval: '-1' } }));
    expect(error.exitCode).toBe(2);
    expect(error.message.split('\n').slice(1)).toEqual([
      '  load_pattern.stages[0].target_users: must be a whole number of 0 or more, is -1',
      '  load_pattern.stages[1].spawn_rate: must be a positive number, is -5',
      '  load_pattern.stages[1].spwan: unknown key; known here: name, duration_seconds, target_users, spawn_rate',
      expect.stringMatching(
        /^ {2}load_pattern\.stages\[1\]\.duration_seconds: the stage ends at 60 s, no later than the one before \(60 s\);/,
      ),
      '  load_pattern.stages[2].spawn_rate: must be a positive number, since the number of users changes, is missing',
      '  success_criteria.eror_rate: unknown criterion, did you mean "error_rate"?',
      '  infrastructure.replicas: must be a whole number of 1 or more, is 0',
      '  infrastructure.redis.chanel: unknown key, did you mean "channel"?',
      '  --target: must be a URL, e.g. wss://example.org or http://127.0.0.1:8080',
      expect.stringMatching(/^ {2}--interval: /),
    ]);
  });

  it('tells a scale that makes the plan too long', () => {
    expect(mistakes(() => loadConfig({ flags: { target: 'ws://x', timeScale: '1e9' }, env: {} }))).toEqual([
      '--time-scale: makes the plan end after 1500000000000 s; the most is 2000000 s',
    ]);
  });

  it('asks for the target when nobody names one', () => {
    expect(mistakes(() => loadConfig({ flags: {}, env: {} }))).toEqual(['--target: is required: give it, e.g. --target wss://example.org']);
    expect(mistakes(() => loadJson({}, { flags: {} }))).toEqual([expect.stringContaining('write "target" into the file')]);
  });

  it('tells where the syntax is broken, and does not quote the line', () => {
    const broken = 'test_accounts:\n  - email: a@b.c\n    password: hunter2\n   bad: [1\n';
    const error = errorOf(() => loadText(broken));
    expect(error.issues[0]?.path).toMatch(/^line 4, column \d+$/);
    expect(error.message).not.toContain('hunter2');
    expect(mistakes(() => loadText('target: ws://a\ntarget: ws://b\n'))).toEqual(['line 2, column 1: Map keys must be unique']);
    expect(mistakes(() => loadText('a: 1\n---\nb: 1\n'))).toEqual([expect.stringContaining('a configuration is one document')]);
  });

  it('tells a file that cannot be read', () => {
    const file = join(folder, 'nowhere.yaml');
    const error = errorOf(() => loadConfig({ file, flags: {}, env: {} }));
    expect(error.message).toContain(`${file} cannot be used`);
    expect(error.message).toContain('cannot be read: ENOENT');
  });

  it('never shows a password', () => {
    const file = {
      test_accounts: [
        { email: 'a@b.c', password: 'hunter2', passwort: 'hunter2' },
        { email: 'a@b.c', password: ['hunter2'] },
      ],
      infrastructure: { redis_url: 'http://u:hunter2@h' },
      target: 'ws://u:hunter2@h',
    };
    const error = errorOf(() => loadJson(file));
    expect(error.issues.map((issue) => issue.path)).toEqual([
      'target',
      'infrastructure.redis_url',
      'test_accounts[0].passwort',
      'test_accounts[1].password',
    ]);
    expect(error.message).not.toContain('hunter2');
  });

  it('gives a configuration or a ConfigError for any JSON at all', () => {
    const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('강남', 'PHY', 'ws://x', '${A}', '${B:-2}', '5', '>99%', 'a@b.c', '__proto__', '('),
        fc.jsonValue({ maxDepth: 1 }),
        fc.integer({ min: -2, max: 500 }),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    })).tree;
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (file) => {
        try {
          loadJson(file, { env: { A: '1' } });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).issues.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const KEYS = (
  'target scenario stations disability_types load_pattern stages message_types start_navigation location_update weight timeout_seconds success_criteria ' +
  'infrastructure test_accounts monitoring identity source_addresses think_time_seconds gps_step_meters strict name email password duration_seconds ' +
  'target_users spawn_rate backends redis nginx url channel host port pid log log_patterns interval_seconds error_rate connect_p95_ms backend_cpu warning ' +
  'critical redis_memory unit __proto__ constructor toString length PHY'
).split(' ');

describe('the environment in a configuration', () => {
  it('fills in variables and defaults, numbers too', () => {
    const file = { target: 'ws://${HOST}:${PORT:-80}', logins_per_second: '${RATE}', strict: '${STRICT:-true}', replicas: undefined };
    expect(loadJson(file, { flags: {}, env: { HOST: 'h', RATE: '0.5' } }).config).toMatchObject({ target: 'ws://h', strict: true });
    expect(loadJson(file, { flags: {}, env: { HOST: 'h', RATE: '0.5', PORT: '8080' } }).config.target).toBe('ws://h:8080');
  });

  it('keeps a password of digits a text and makes it known as a secret', () => {
    const file = { test_accounts: [{ email: 'a@b.c', password: '${PW}' }], identity: 'accounts' };
    const { config, secrets } = loadJson(file, { env: { PW: '12345' } });
    expect(config.accounts).toMatchObject([{ password: '12345' }]);
    expect(secrets).toEqual(['12345']);
  });

  it('tells each variable that is not set, once', () => {
    expect(mistakes(() => loadJson({ logins_per_second: '${RATE}', stations: ['${A}', '강남'] }))).toEqual([
      'logins_per_second: the environment variable RATE is not set; set it, or give a default: ${RATE:-…}',
      'stations[0]: the environment variable A is not set; set it, or give a default: ${A:-…}',
    ]);
  });

  it('shows the reference and not the value in a message', () => {
    const text = mistakes(() => loadJson({ logins_per_second: '${RATE}' }, { env: { RATE: 'tops3cret' } }));
    expect(text).toEqual(['logins_per_second: must be a positive number, is "${RATE}"']);
  });
});
