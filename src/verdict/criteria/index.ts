import { whereItApplies } from './applicable.js';
import { backendCpu } from './backend-cpu.js';
import { backendMemory } from './backend-memory.js';
import { canaryDelivery, canaryP99 } from './canary-delivery.js';
import { connectP95 } from './connect-p95.js';
import { connectSuccessRate } from './connect-success-rate.js';
import type { Criterion, LoadCriterion } from './criterion.js';
import { errorRate } from './error-rate.js';
import { foreignLoad } from './foreign-load.js';
import { hostCpu, hostMemory } from './host.js';
import { identity } from './identity.js';
import { nginxConnections } from './nginx-connections.js';
import { publishFailures } from './publish-failures.js';
import { pubsubSubscribers } from './pubsub-subscribers.js';
import { redisClients } from './redis-clients.js';
import { redisMemory } from './redis-memory.js';
import { taskP95 } from './task-p95.js';
import { unknown } from './unknown.js';

/** The criteria that the load alone can prove: those by which a stage is judged, and by which a run may be aborted. */
export const loadCriteria: readonly LoadCriterion[] = [connectSuccessRate, connectP95, taskP95, errorRate];

/** The recommended ones. */
const ranges = [backendCpu, backendMemory, hostCpu, hostMemory, redisClients, redisMemory, pubsubSubscribers, nginxConnections].map(
  whereItApplies,
);
const publish = whereItApplies(publishFailures);

/** The criteria that need what was sampled beside the load, and that can be judged while it runs. */
export const sampleCriteria: readonly Criterion[] = [publish, canaryDelivery, ...ranges, canaryP99];

/** All criteria in the order of the table: the required ones, then the recommended ones. */
export const criteria: readonly Criterion[] = [foreignLoad(loadCriteria), publish, canaryDelivery, unknown, ...ranges, canaryP99, identity];
