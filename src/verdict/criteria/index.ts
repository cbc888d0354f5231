import { backendCpu } from './backend-cpu.js';
import { backendMemory } from './backend-memory.js';
import { connectP95 } from './connect-p95.js';
import { connectSuccessRate } from './connect-success-rate.js';
import type { Criterion } from './criterion.js';
import { errorRate } from './error-rate.js';
import { nginxConnections } from './nginx-connections.js';
import { publishFailures } from './publish-failures.js';
import { redisClients } from './redis-clients.js';
import { redisMemory } from './redis-memory.js';
import { taskP95 } from './task-p95.js';
import { unknown } from './unknown.js';

/** All criteria in the order of the table: the required ones, then the recommended ranges. */
export const criteria: readonly Criterion[] = [
  connectSuccessRate,
  connectP95,
  taskP95,
  errorRate,
  publishFailures,
  unknown,
  backendCpu,
  backendMemory,
  redisClients,
  redisMemory,
  nginxConnections,
];
