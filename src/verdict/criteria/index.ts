import { whereItApplies } from './applicable.js';
import { backendCpu } from './backend-cpu.js';
import { backendMemory } from './backend-memory.js';
import { backendSpread } from './backend-spread.js';
import { canaryDelivery } from './canary-delivery.js';
import { canaryP99 } from './canary-p99.js';
import { connectP95 } from './connect-p95.js';
import { connectSuccessRate } from './connect-success-rate.js';
import type { Criterion, LoadCriterion } from './criterion.js';
import { drops } from './drops.js';
import { errorRate } from './error-rate.js';
import { foreignLoad } from './foreign-load.js';
import { generatorHealth } from './generator-health.js';
import { hostCpu, hostMemory } from './host.js';
import { identity } from './identity.js';
import { nginxConnections } from './nginx-connections.js';
import { publishFailures } from './publish-failures.js';
import { pubsubSubscribers } from './pubsub-subscribers.js';
import { reconnects } from './reconnects.js';
import { redisClients } from './redis-clients.js';
import { redisMemory } from './redis-memory.js';
import { taskP95 } from './task-p95.js';
import { unknown } from './unknown.js';

/** The criteria that the load alone can prove: those by which a stage is judged, and by which a run may be aborted. */
export const loadCriteria: readonly LoadCriterion[] = [connectSuccessRate, connectP95, taskP95, errorRate];

/** The recommended ones that need samples. */
const ranges = [
  ...[backendCpu, backendMemory, hostCpu, hostMemory, redisClients, redisMemory, pubsubSubscribers, nginxConnections],
  backendSpread,
].map(whereItApplies);
const publish = whereItApplies(publishFailures);

/** The criteria that need what was sampled beside the load, and that can be judged while it runs. */
export const sampleCriteria: readonly Criterion[] = [publish, canaryDelivery, ...ranges, canaryP99];

/** The recommended ones of connections that were held. */
const connections = [drops, reconnects].map(whereItApplies);

/** All criteria in the order of the table: the required ones, then the recommended ones. Those of the configuration's own metrics follow. */
export const criteria: readonly Criterion[] = [
  ...[foreignLoad(loadCriteria), publish, canaryDelivery, generatorHealth, unknown],
  ...[...connections, ...ranges, canaryP99, identity],
];
