import type { Check } from '../src/preflight/check.js';
import accountsLogin from './accounts-login.js';
import nginxUpstreamMethod from './nginx-upstream-method.js';
import pubsubEnabled from './pubsub-enabled.js';
import pubsubSubscribers from './pubsub-subscribers.js';
import redisReachable from './redis-reachable.js';
import replicasRunning from './replicas-running.js';
import targetReachable from './target-reachable.js';
import taskRoundTrips from './task-round-trips.js';

/** The checklist, in its order. */
export const checks: readonly Check[] = [
  targetReachable,
  accountsLogin,
  taskRoundTrips,
  replicasRunning,
  redisReachable,
  pubsubEnabled,
  pubsubSubscribers,
  nginxUpstreamMethod,
];
