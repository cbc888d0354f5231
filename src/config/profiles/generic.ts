import type { Draft } from '../layer.js';
import { CONNECTION_RANGES, KINDMAP_PROFILE, originOf } from './kindmap.js';

/**
 * The lowest layer for a scenario of one's own: what holds for any WebSocket service. Of KindMap's criteria those remain that
 * every service has to meet; the others do not apply unless the file states them.
 */
export const GENERIC_PROFILE: Draft = {
  ...KINDMAP_PROFILE,
  tasks: {},
  // Small on purpose: nobody should send a thousand users to a service by leaving a flag out.
  stages: [{ name: '10 users', users: 10, spawnRate: 1, untilSeconds: 60 }],
  criteria: {
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
    from: originOf('profile generic', [
      ...['connect_success_rate', 'connect_p95', 'error_rate', 'backend_spread', 'drops', 'reconnects', 'canary_p99', 'pubsub_subscribers'],
    ]),
  },
  replicas: 1,
  // What a service calls them is its own affair: the file has to name what it wants to be looked at.
  redis: { channel: '', lists: [] },
  nginx: { upstream: '', method: '' },
  canary: null,
  monitoring: { ...KINDMAP_PROFILE.monitoring, logPatterns: {} },
};
