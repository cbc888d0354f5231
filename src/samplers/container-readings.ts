import type { ContainerFacts, ContainerStats } from '../clients/docker.js';
import type { MetricName } from '../journal/metrics.js';
import type { Reading } from './sampler.js';

/** What a container used between two messages of its stats, as shares of 1. */
export interface ContainerCpu {
  /** One core fully busy is 1: what `docker stats` shows as 100 %. */
  utilization: number;
  ofHost: number;
  /** Of its quota, or of all cores of the host where it has none. */
  ofQuota: number;
  /** Of the scheduler's periods in which it wanted to run. Undefined without a quota: then nothing throttles. */
  throttled?: number;
}

/**
 * The CPU that was used from `before` to `now`, by the clock of the host's cores as `docker stats` reckons it. Undefined where the two
 * cannot be compared: no time has passed between them, or a counter fell because the container began again.
 */
export function containerCpu(before: ContainerStats, now: ContainerStats, cpuQuota: number | undefined): ContainerCpu | undefined {
  const system = now.systemTotal - before.systemTotal;
  const own = now.cpuTotal - before.cpuTotal;
  if (system <= 0 || own < 0) return undefined;
  const ofHost = own / system;
  const utilization = ofHost * now.onlineCpus;
  return {
    utilization,
    ofHost,
    ofQuota: cpuQuota === undefined ? ofHost : utilization / cpuQuota,
    ...(cpuQuota !== undefined && { throttled: throttledShare(before, now) }),
  };
}

/** A period is only counted when something of the container wanted to run in it: no periods, nothing was held back. */
function throttledShare(before: ContainerStats, now: ContainerStats): number {
  const periods = now.periods - before.periods;
  return periods <= 0 ? 0 : (now.throttledPeriods - before.throttledPeriods) / periods;
}

/** Everything that one message tells. @param before the message that the rates are reckoned from; without one there are no rates */
export function containerReadings(
  facts: Pick<ContainerFacts, 'cpuQuota' | 'restartCount'>,
  now: ContainerStats,
  before: ContainerStats | undefined,
  attributes: Record<string, string>,
): Reading[] {
  const cpu = before && containerCpu(before, now, facts.cpuQuota);
  const memory = usedMemory(now);
  const values: [MetricName, number | undefined][] = [
    ['container.cpu.utilization', cpu?.utilization],
    ['container.cpu.quota_utilization', cpu?.ofQuota],
    ['container.cpu.host_utilization', cpu?.ofHost],
    ['container.cpu.throttled', cpu?.throttled],
    ['container.memory.usage.total', memory],
    ['container.memory.limit', now.memoryLimit > 0 ? now.memoryLimit : undefined],
    ['container.memory.utilization', now.memoryLimit > 0 ? memory / now.memoryLimit : undefined],
    ['container.pids', now.pids],
    ['container.network.io.received', now.received],
    ['container.network.io.transmitted', now.transmitted],
    ['container.restarts', facts.restartCount],
  ];
  return values.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value, attributes }]));
}

/** Without file cache that the kernel can take back at once. The two are not read in the same instant. */
function usedMemory({ memoryUsage, inactiveFile }: ContainerStats): number {
  return Math.max(0, memoryUsage - inactiveFile);
}

/** The id as `docker ps` shows it. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
