import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LoadOptions, loadConfig } from '../../../src/config/load.js';
import { CONNECTION_RANGES, KINDMAP_PROFILE } from '../../../src/config/profiles/kindmap.js';
import { ConfigError } from '../../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TASKS = { send: { weight: 3, timeoutSeconds: 2 }, read: { weight: 1, timeoutSeconds: 1 } };

function load(file: object, options: Partial<LoadOptions> = {}) {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ scenario: 'chat.js', ...file }));
  return loadConfig({ file: path, flags: { target: 'ws://127.0.0.1' }, env: {}, tasks: TASKS, ...options });
}

function mistakes(file: object, options?: Partial<LoadOptions>): string[] {
  try {
    load(file, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('accepted');
}

describe('the configuration of a scenario of one’s own', () => {
  it('demands what every WebSocket service has to meet, and nothing of KindMap', () => {
    const { config, notices } = load({});
    expect(config.criteria).toEqual({
      connectSuccessRate: 0.99,
      connectP95Ms: 500,
      taskP95Ms: {},
      errorRate: 0.01,
      publishFailures: null,
      resources: {
        backendCpu: null,
        backendMemory: null,
        redisClients: null,
        redisMemoryBytes: null,
        nginxConnections: null,
        ...CONNECTION_RANGES,
      },
      logProof: null,
      unknown: {},
      custom: [],
      from: expect.objectContaining({ connect_p95: 'profile generic', drops: 'profile generic' }),
    });
    expect(config).toMatchObject({ scenario: join(folder, 'chat.js'), tasks: TASKS, replicas: 1, monitoring: { logPatterns: {} } });
    expect(config.stages).toEqual([{ name: '10 users', users: 10, spawnRate: 1, untilSeconds: 60 }]);
    expect(notices).toEqual([]);
  });

  it('leaves KindMap as it was, also where the environment names it', () => {
    const kindmap = load({ scenario: '$' + '{SCENARIO:-kindmap}' }, { tasks: undefined }).config;
    expect(kindmap).toMatchObject({ criteria: KINDMAP_PROFILE.criteria, tasks: KINDMAP_PROFILE.tasks, replicas: 3 });
  });

  it('judges what the file demands', () => {
    const { config } = load({
      success_criteria: {
        send_p95_ms: 200,
        read: { p95: 2, unit: 's' },
        publish_failures: 0,
        redis_clients: { warning: 10, critical: 20 },
      },
      monitoring: { log_patterns: { publish_failed: 'lost' }, log_proof: { pattern: 'sent', reply_type: 'result' } },
      abort: { criteria: ['send_p95'] },
    });
    expect(config.criteria).toMatchObject({
      taskP95Ms: { send: 200, read: 2000 },
      publishFailures: 0,
      resources: { redisClients: { warning: 10, critical: 20 }, redisMemoryBytes: null },
      logProof: { pattern: 'sent', replyType: 'result' },
      unknown: {},
    });
  });

  it('lays weights and timeouts of the file over those of the scenario', () => {
    expect(load({ message_types: { send: { weight: 9 }, read: { timeout_seconds: 5 } } }).config.tasks).toEqual({
      send: { weight: 9, timeoutSeconds: 2 },
      read: { weight: 1, timeoutSeconds: 5 },
    });
  });

  it('says what has no effect in it', () => {
    const file = { stations: ['강남', '홍대입구'], gps_step_meters: 5, message_types: { start_navigation: { weight: 1 } } };
    expect(load(file).notices).toEqual([
      'message_types.start_navigation is not used',
      'stations is not used: the scenario is not kindmap',
      'gps_step_meters is not used: the scenario is not kindmap',
    ]);
  });

  it('takes any task as long as its module is not loaded', () => {
    const file = {
      message_types: { anything: { weight: 0 } },
      success_criteria: { anything_p95: 5 },
      abort: { criteria: ['anything_p95'] },
    };
    const { config, notices } = load(file, { tasks: undefined });
    expect(config.tasks).toEqual({ anything: { weight: 0 } });
    expect(config.criteria.unknown).toEqual({ anything_p95: 5 });
    expect(notices).toEqual([]);
  });

  it.each<[object, string[]]>([
    [{ message_types: { sned: {} } }, ['message_types.sned: unknown key, did you mean "send"?']],
    [{ message_types: { send: { weight: 0 }, read: { weight: 0 } } }, ['message_types: at least one task needs a weight above 0']],
    [{ success_criteria: { sned_p95: 5 } }, ['success_criteria.sned_p95: unknown criterion, did you mean "send_p95"?']],
    [
      { success_criteria: { backend_cpu: { warning: 0.5 } } },
      ['success_criteria.resources.backend_cpu: needs both "warning" and "critical"'],
    ],
    [
      { infrastructure: { redis: 'redis://127.0.0.1', nginx: { config: 'nginx.conf' } } },
      [
        'infrastructure.redis.channel: is required: the Pub/Sub channel between the backends',
        'infrastructure.nginx.upstream: is required: the name of the upstream block in front of the backends',
        'infrastructure.nginx.method: is required: the balancing method that it must have, e.g. round_robin, which is what nginx does without a directive',
      ],
    ],
    [
      { abort: { criteria: ['publish_failures'] } },
      [
        'abort.criteria[0]: "publish_failures" is no criterion of this run; judged here: connect_success_rate, connect_p95, error_rate, backend_spread',
      ],
    ],
  ])('refuses %j', (file, expected) => {
    expect(mistakes(file)).toEqual(expected);
  });
});
