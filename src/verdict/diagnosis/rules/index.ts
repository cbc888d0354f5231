import type { Rule } from '../rule.js';
import { backendLostRule } from './backend-lost.js';
import { backendStalled } from './backend-stalled.js';
import { celeryGrowth } from './celery-growth.js';
import { connectFailures } from './connect-failures.js';
import { cpuCreditsSpent } from './cpu-credits-spent.js';
import { deadListener } from './dead-listener.js';
import { droppedConnections } from './dropped-connections.js';
import { evictions } from './evictions.js';
import { expiredTokens } from './expired-tokens.js';
import { fullReplica } from './full-replica.js';
import { keepaliveDrops } from './keepalive-drops.js';
import { loginStormRule } from './login-storm.js';
import { lostMessages } from './lost-messages.js';
import { publishFailures } from './publish-failures.js';
import { redisKeyEvictions } from './redis-evictions.js';
import { refusedIds } from './refused-ids.js';
import { repliesOffByOne } from './replies-off-by-one.js';
import { saturatedGenerator } from './saturated-generator.js';
import { slowLocationUpdate } from './slow-location-update.js';
import { slowStartNavigation } from './slow-start-navigation.js';
import { slowTasksRule } from './slow-tasks.js';
import { staleUpstream } from './stale-upstream.js';
import { taskErrors } from './task-errors.js';
import { upstreamImbalance } from './upstream-imbalance.js';

/** All rules, in the order of the report. */
export const rules: readonly Rule[] = [
  saturatedGenerator,
  backendLostRule,
  backendStalled,
  connectFailures,
  expiredTokens,
  droppedConnections,
  upstreamImbalance,
  slowStartNavigation,
  slowLocationUpdate,
  slowTasksRule,
  publishFailures,
  taskErrors,
  refusedIds,
  fullReplica,
  staleUpstream,
  evictions,
  keepaliveDrops,
  repliesOffByOne,
  loginStormRule,
  cpuCreditsSpent,
  deadListener,
  lostMessages,
  redisKeyEvictions,
  celeryGrowth,
];
