import type { Check } from '../src/preflight/check.js';
import accountsLogin from './accounts-login.js';
import canaryDelivery from './canary-delivery.js';
import cloudwatchAccess from './cloudwatch-access.js';
import cloudwatchMetrics from './cloudwatch-metrics.js';
import cpuCredits from './cpu-credits.js';
import dockerReachable from './docker-reachable.js';
import envFileAgrees from './env-file-agrees.js';
import evidenceDisk from './evidence-disk.js';
import generatorAddresses from './generator-addresses.js';
import generatorClock from './generator-clock.js';
import generatorCpuMemory from './generator-cpu-memory.js';
import generatorDescriptors from './generator-descriptors.js';
import generatorPorts from './generator-ports.js';
import identityCapacity from './identity-capacity.js';
import identityMatchesToken from './identity-matches-token.js';
import logAccess from './log-access.js';
import logPatterns from './log-patterns.js';
import nginxBuffering from './nginx-buffering.js';
import nginxIpHashForecast from './nginx-ip-hash-forecast.js';
import nginxRateLimits from './nginx-rate-limits.js';
import nginxReadTimeout from './nginx-read-timeout.js';
import nginxStatusPage from './nginx-status-page.js';
import nginxUpgradeHeaders from './nginx-upgrade-headers.js';
import nginxUpstreamAddresses from './nginx-upstream-addresses.js';
import nginxUpstreamMethod from './nginx-upstream-method.js';
import nginxWorkerConnections from './nginx-worker-connections.js';
import pubsubChannel from './pubsub-channel.js';
import pubsubEnabled from './pubsub-enabled.js';
import pubsubSubscribers from './pubsub-subscribers.js';
import redisMaxclients from './redis-maxclients.js';
import redisMemory from './redis-memory.js';
import redisOutputBuffer from './redis-output-buffer.js';
import redisReachable from './redis-reachable.js';
import replicasHealthy from './replicas-healthy.js';
import replicasOneWorker from './replicas-one-worker.js';
import replicasRestarts from './replicas-restarts.js';
import replicasRunning from './replicas-running.js';
import replicasSameImage from './replicas-same-image.js';
import targetProduction from './target-production.js';
import targetReachable from './target-reachable.js';
import taskRoundTrips from './task-round-trips.js';
import tokenLifetime from './token-lifetime.js';

/** The checklist, in its order: a check comes after those without which it makes no sense. */
export const checks: readonly Check[] = [
  targetProduction,
  dockerReachable,
  replicasRunning,
  nginxUpstreamAddresses,
  targetReachable,
  replicasHealthy,
  replicasSameImage,
  replicasOneWorker,
  replicasRestarts,
  redisReachable,
  redisMemory,
  redisMaxclients,
  redisOutputBuffer,
  pubsubEnabled,
  pubsubChannel,
  envFileAgrees,
  pubsubSubscribers,
  nginxUpstreamMethod,
  nginxIpHashForecast,
  nginxUpgradeHeaders,
  nginxReadTimeout,
  nginxBuffering,
  nginxWorkerConnections,
  nginxRateLimits,
  nginxStatusPage,
  generatorAddresses,
  generatorDescriptors,
  generatorPorts,
  generatorCpuMemory,
  generatorClock,
  evidenceDisk,
  accountsLogin,
  identityMatchesToken,
  tokenLifetime,
  taskRoundTrips,
  identityCapacity,
  canaryDelivery,
  logAccess,
  logPatterns,
  cloudwatchAccess,
  cloudwatchMetrics,
  cpuCredits,
];
