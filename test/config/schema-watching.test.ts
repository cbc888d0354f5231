import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Flags, type LoadOptions, loadConfig } from '../../src/config/load.js';
import { KINDMAP_PROFILE } from '../../src/config/profiles/kindmap.js';
import { publicConfig } from '../../src/config/public-config.js';
import { ConfigError } from '../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-watching-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REDIS = { redis: 'redis://127.0.0.1' };
const OWN = { scenario: 'chat.js' };

function load(file: object, flags: Flags = {}, rest: Partial<LoadOptions> = {}) {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(file));
  return loadConfig({ file: path, flags: { target: 'ws://127.0.0.1', ...flags }, env: {}, ...rest });
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

describe('Docker in a configuration', () => {
  const GUIDE = { backends: { name: 'kindmap-fastapi-*' }, redis: 'kindmap-redis', nginx: 'kindmap-nginx', port: 8001 };

  it("stands for the guide's names where it names none", () => {
    const { config } = load({ infrastructure: { docker: true } });
    expect(config.docker).toEqual(GUIDE);
    expect(config.redis).toEqual({
      url: 'redis://kindmap-redis:6379/0',
      container: 'kindmap-redis',
      channel: 'kindmap_events',
      lists: ['1/celery'],
    });
    expect(config.nginx).toEqual({ upstream: 'fastapi_backend', method: 'ip_hash', container: 'kindmap-nginx' });
    expect(config.canary).toEqual(KINDMAP_PROFILE.canary);
    expect(config.replicas).toBe(0);
    expect(load({}, { docker: true }).config).toMatchObject({ docker: GUIDE, replicas: 0 });
  });

  it('is not asked unless somebody names it', () => {
    for (const file of [{}, { infrastructure: { docker: false } }]) {
      const { config } = load(file);
      expect(config).not.toHaveProperty('docker');
      expect(config).not.toHaveProperty('redis');
      expect(config).toMatchObject({ replicas: 3 });
    }
  });

  it('is asked for the containers that the file names, in place of those of the guide', () => {
    const docker = { host: 'ssh://me@host', cert_path: 'certs', backends: { service: 'api', label: 'a=b' }, nginx: false, port: 80 };
    expect(load({ infrastructure: { docker, replicas: 4 } }).config).toMatchObject({
      docker: {
        host: 'ssh://me@host',
        certPath: join(folder, 'certs'),
        backends: { service: 'api', label: 'a=b' },
        redis: 'kindmap-redis',
        port: 80,
      },
      replicas: 4,
    });
    expect(load({ infrastructure: { docker } }).config.docker).not.toHaveProperty('nginx');
    expect(load({ infrastructure: { docker: { backends: 'a-*' } } }, { dockerBackends: 'b-*' }).config.docker?.backends).toEqual({
      name: 'b-*',
    });
  });

  it('leaves the URL of Redis to whoever gives one, and takes its password where none is given', () => {
    const given = load({ infrastructure: { docker: true, redis: { url: 'redis://cache:1' } } }).config;
    expect(given.redis).toMatchObject({ url: 'redis://cache:1' });
    expect(given.redis).not.toHaveProperty('container');
    const { config, secrets } = load({ infrastructure: { docker: true, redis: { password: 'p@ss', db: 2 } } });
    expect(config.redis).toMatchObject({ url: 'redis://:p%40ss@kindmap-redis:6379/2', container: 'kindmap-redis' });
    expect(config.redis).not.toHaveProperty('access');
    expect(secrets.sort()).toEqual(['p%40ss', 'p@ss']);
    expect(JSON.stringify(publicConfig(config))).not.toContain('p%40ss');
  });

  it('counts the backends that are named beside it as some of them', () => {
    expect(load({ infrastructure: { docker: true, backends: [{ name: 'kindmap-fastapi-1', port: 9 }] } }).config.replicas).toBe(0);
  });

  it('is known also where only the parts name their containers', () => {
    const infrastructure = {
      backends: [{ name: 'a', container: 'app-1' }],
      redis: { container: 'cache', password: 'pw', channel: 'c' },
      nginx: { container: 'proxy', error_log: 'error.log' },
    };
    const { config } = load({ infrastructure, ...OWN });
    expect(config).toMatchObject({
      docker: {},
      replicas: 1,
      backends: [{ name: 'a', container: 'app-1' }],
      redis: { url: 'redis://:pw@127.0.0.1:6379/0', container: 'cache' },
      nginx: { container: 'proxy', errorLog: join(folder, 'error.log') },
    });
  });

  it.each<[unknown, string[]]>([
    ['yes', ['infrastructure.docker: must be an object with keys, is "yes"']],
    [
      { host: '10.0.0.1:2375' },
      [
        'infrastructure.docker.host: must be a Docker host as DOCKER_HOST has it, e.g. unix:///var/run/docker.sock, tcp://10.0.0.5:2376 or ssh://user@host, is "10.0.0.1:2375"',
      ],
    ],
    [
      { backends: {} },
      ['infrastructure.docker.backends: must say which: a name such as "app-*", or an object with "name", "service" or "label"'],
    ],
    [{ backends: { nmae: 'a' } }, ['infrastructure.docker.backends.nmae: unknown key, did you mean "name"?']],
    [{ redis: 5 }, ['infrastructure.docker.redis: must be the name of a container, or false for none, is 5']],
    [{ backend: 'a' }, ['infrastructure.docker.backend: unknown key, did you mean "backends"?']],
  ])('refuses %j', (docker, expected) => {
    expect(mistakes({ infrastructure: { docker } })).toEqual(expected);
  });

  it('needs names where the scenario is not the guide’s', () => {
    const message =
      'must say which containers, e.g. infrastructure.docker.backends: "app-*": those of the guide are the names of kindmap alone';
    expect(mistakes({ ...OWN, infrastructure: { docker: true } })).toEqual([`infrastructure.docker: ${message}`]);
    expect(mistakes(OWN, { docker: true })).toEqual([`--docker: ${message}`]);
    expect(load(OWN, { dockerBackends: 'chat-*' }).config).toMatchObject({ docker: { backends: { name: 'chat-*' } }, replicas: 0 });
  });
});

describe('logs, lists and files in a configuration', () => {
  it('reads them', () => {
    const file = {
      infrastructure: {
        backends: [
          { name: 'a', log_command: ['journalctl', '-f', '-u', 'my app'] },
          { name: 'b', log_command: "ssh host 'tail -F /var/log/b.log'" },
        ],
        redis: { url: 'rediss://cache', lists: ['0/jobs'], ca: 'ca.pem' },
      },
      monitoring: { nginx_patterns: { own: 'gone' }, log_budget: '5MB', log_patterns: [] },
    };
    writeFileSync(join(folder, 'ca.pem'), 'a certificate');
    const { config, notices } = load(file);
    expect(config.backends.map(({ logCommand }) => logCommand)).toEqual([
      ['journalctl', '-f', '-u', 'my app'],
      ['ssh', 'host', 'tail -F /var/log/b.log'],
    ]);
    expect(config.redis).toMatchObject({ lists: ['0/jobs'], caFile: join(folder, 'ca.pem') });
    expect(config.monitoring).toMatchObject({
      logBudgetBytes: 5 * 1024 * 1024,
      nginxPatterns: { own: 'gone', ...KINDMAP_PROFILE.monitoring.nginxPatterns },
    });
    expect(notices).toEqual([]);
    expect(load({ monitoring: { log_budget: 4096 } }).config.monitoring.logBudgetBytes).toBe(4096);
    expect(load({ infrastructure: { redis: { url: 'redis://h', ca: 'ca.pem' } } }).notices).toEqual([
      'infrastructure.redis.ca has no effect: the URL is not rediss://',
    ]);
  });

  it.each<[object, string[]]>([
    [
      { infrastructure: { backends: [{ name: 'a', log_command: "tail 'x" }] } },
      ["infrastructure.backends[0].log_command: has a ' that is never closed"],
    ],
    [{ infrastructure: { backends: [{ name: 'a', log_command: ' ' }] } }, ['infrastructure.backends[0].log_command: must name a program']],
    [
      { infrastructure: { backends: [{ name: 'a', log_command: 5 }] } },
      ['infrastructure.backends[0].log_command: must be a command: a text, or a list of its words, is 5'],
    ],
    [
      { infrastructure: { backends: [{ name: 'a', log: 'x', log_command: 'y' }] } },
      ['infrastructure.backends[0].log_command: cannot be given together with log: each is the whole log'],
    ],
    [
      { infrastructure: { redis: { url: 'redis://h', lists: ['celery'] } } },
      ['infrastructure.redis.lists[0]: must be a list as <db>/<key>, e.g. 1/celery, is "celery"'],
    ],
    [
      { infrastructure: { redis: { url: 'rediss://h', ca: 'no.pem' } } },
      [expect.stringMatching(/^infrastructure\.redis\.ca: cannot be read: ENOENT/)],
    ],
    [{ monitoring: { log_budget: 'much' } }, ['monitoring.log_budget: must be a number of bytes, or a size such as 50MB, is "much"']],
    [{ monitoring: { log_budget: '<5MB' } }, ['monitoring.log_budget: must be a number of bytes, or a size such as 50MB, is "<5MB"']],
    [{ monitoring: { nginx_patterns: { a: '(' } } }, ['monitoring.nginx_patterns.a: must be a regular expression, is "("']],
  ])('refuses %j', (file, expected) => {
    expect(mistakes(file)).toEqual(expected);
  });
});

describe('CloudWatch in a configuration', () => {
  it('is asked for the instance and for what is named beside what it always gives', () => {
    const cloudwatch = {
      region: 'ap-northeast-2',
      endpoint: 'http://127.0.0.1:4566',
      profile: 'ops',
      instance_id: 'i-0123456789abcdef0',
      metrics: [
        'CPUUtilization',
        'EBSReadOps',
        { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', statistic: 'p99', dimensions: { LoadBalancer: 'app/a/b' } },
      ],
      settle: '3m',
    };
    expect(load({ monitoring: { cloudwatch } }).config.cloudwatch).toEqual({
      region: 'ap-northeast-2',
      endpoint: 'http://127.0.0.1:4566',
      profile: 'ops',
      instanceId: 'i-0123456789abcdef0',
      metrics: [
        { namespace: 'AWS/EC2', name: 'EBSReadOps', statistic: 'Average', dimensions: { InstanceId: 'i-0123456789abcdef0' } },
        { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', statistic: 'p99', dimensions: { LoadBalancer: 'app/a/b' } },
      ],
      settleSeconds: 180,
    });
    expect(load({ monitoring: { cloudwatch: false } }).notices).toEqual([]);
  });

  it('is asked where a flag names the instance', () => {
    const { config } = load({ monitoring: { cloudwatch: { region: 'eu-north-1' } } }, { instance: 'i-0123abcd', settle: '0' });
    expect(config.cloudwatch).toEqual({ region: 'eu-north-1', instanceId: 'i-0123abcd', metrics: [], settleSeconds: 0 });
    expect(load({}, { instance: 'i-0123abcd' }).config.cloudwatch).toEqual({ instanceId: 'i-0123abcd', metrics: [], settleSeconds: 120 });
  });

  it('is not asked for nothing', () => {
    const { config, notices } = load({ monitoring: { cloudwatch: { region: 'eu-north-1', dashboard: 'x' } } });
    expect(config).not.toHaveProperty('cloudwatch');
    expect(notices).toEqual([
      'monitoring.cloudwatch.dashboard is not used',
      'CloudWatch is not asked: monitoring.cloudwatch needs an instance_id (or --instance), or metrics with their dimensions',
    ]);
  });

  it.each<[object, string[]]>([
    [
      { instance_id: 'web-1' },
      ['monitoring.cloudwatch.instance_id: must be the id of an EC2 instance, e.g. i-0123456789abcdef0, is "web-1"'],
    ],
    [
      { metrics: [{ name: 'a', statistic: 'Mean' }] },
      [expect.stringMatching(/^monitoring\.cloudwatch\.metrics\[0\]\.statistic: must be a statistic of CloudWatch: .*is "Mean"$/)],
    ],
    [
      { metrics: [{ nam: 'a' }] },
      [expect.stringContaining('metrics[0].name: must be a text'), expect.stringContaining('did you mean "name"?')],
    ],
    [{ endpoint: 'here' }, ['monitoring.cloudwatch.endpoint: must be an http or https URL, is "here"']],
    [{ settle: 'long' }, ['monitoring.cloudwatch.settle: must be a time such as 30, 30s or 1m30s, is "long"']],
    [{ regoin: 'x' }, ['monitoring.cloudwatch.regoin: unknown key, did you mean "region"?']],
  ])('refuses %j', (cloudwatch, expected) => {
    expect(mistakes({ monitoring: { cloudwatch } })).toEqual(expected);
  });
});

describe('canaries in a configuration', () => {
  const envelope = { to: '{user}', body: { probe: '{canary}' } };

  it("are sent in KindMap's envelope wherever Redis is known", () => {
    expect(load({ infrastructure: REDIS }).config.canary).toEqual({
      perSecond: 10,
      limitMs: 1000,
      lostAfterMs: 2000,
      envelope: { target_user_id: '{user}', message: { type: 'loadwitness_canary', canary: '{canary}' }, timestamp: '{time}' },
      at: 'canary',
    });
    expect(load({ infrastructure: REDIS, canary: { per_second: 2, envelope } }).config.canary).toEqual({
      perSecond: 2,
      limitMs: 1000,
      lostAfterMs: 2000,
      envelope,
      at: 'canary',
    });
    expect(load({}).config).not.toHaveProperty('canary');
  });

  it('are not sent where nobody wants them, or could send them', () => {
    expect(load({ infrastructure: REDIS, canary: false }).config).not.toHaveProperty('canary');
    expect(load({ infrastructure: REDIS, canary: { per_second: 5 } }, { canary: false }).config).not.toHaveProperty('canary');
    const { config, notices } = load({ canary: true });
    expect(config).not.toHaveProperty('canary');
    expect(notices).toEqual(['canary is not used: it needs infrastructure.redis']);
  });

  it('are sent for another scenario only in an envelope of its own', () => {
    const infrastructure = { redis: { url: 'redis://h', channel: 'c' } };
    expect(load({ ...OWN, infrastructure }).config).not.toHaveProperty('canary');
    expect(load({ ...OWN, infrastructure, canary: { envelope, at: 'body.probe' } }).config.canary).toEqual({
      perSecond: 10,
      limitMs: 1000,
      lostAfterMs: 2000,
      envelope,
      at: 'body.probe',
    });
    expect(mistakes({ ...OWN, infrastructure, canary: true })).toEqual([
      'canary.envelope: is required: what the backends publish for one user, with "{user}" and "{canary}" in it',
      'canary.at: is required: where the canary is in the frame that a user receives, e.g. "message.canary"',
    ]);
  });

  it.each<[unknown, string[]]>([
    ['often', ['canary: must be an object with keys, is "often"']],
    [
      { envelope: { to: '{user}' } },
      ['canary.envelope: needs "{canary}" as the value of one of its keys: what is looked for in the frame that arrives'],
    ],
    [
      { envelope: { to: 'u-{user}', c: '{canary}' } },
      ['canary.envelope: needs "{user}" as the value of one of its keys: the recipient\'s id'],
    ],
    [{ envelope: 'text' }, ['canary.envelope: must be an object: what the backends publish for one user, is "text"']],
    [{ per_second: 0 }, ['canary.per_second: must be a positive number, is 0']],
    [{ per_second: 5000 }, ['canary.per_second: must be at most 1000, is 5000']],
    [{ limit_ms: 5000 }, ['canary: limit_ms (5000) must be no greater than lost_after_ms (2000)']],
    [{ lost_after: 5 }, ['canary.lost_after: unknown key; known here: per_second, limit_ms, lost_after_ms, envelope, at']],
  ])('refuses %j', (canary, expected) => {
    expect(mistakes({ infrastructure: REDIS, canary })).toEqual(expected);
  });
});

describe('flags of what is watched', () => {
  it.each<[Flags, string[]]>([
    [
      { docker: 'host' },
      [
        '--docker: must be a Docker host as DOCKER_HOST has it, e.g. unix:///var/run/docker.sock, tcp://10.0.0.5:2376 or ssh://user@host, is "host"',
      ],
    ],
    [{ dockerBackends: '' }, ['--docker-backends: must be the name of containers, e.g. "app-*"']],
    [{ settle: 'ever' }, ['--settle: must be a time such as 0, 30s or 5m, is "ever"']],
    [{ instance: 'one' }, ['--instance: must be the id of an EC2 instance, e.g. i-0123456789abcdef0, is "one"']],
  ])('refuses %j', (flags, expected) => {
    expect(mistakes({}, flags)).toEqual(expected);
  });

  it('name the Docker host', () => {
    expect(load({}, { docker: 'tcp://10.0.0.5:2376' }).config.docker).toMatchObject({ host: 'tcp://10.0.0.5:2376' });
  });
});
