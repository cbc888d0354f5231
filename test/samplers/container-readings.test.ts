import { describe, expect, it } from 'vitest';
import type { ContainerStats } from '../../src/clients/docker.js';
import { containerCpu, containerReadings, shortId } from '../../src/samplers/container-readings.js';
import { valueIn } from '../helpers/sampling.js';

const SECOND = 1e9;
const MIB = 2 ** 20;

const before: ContainerStats = {
  read: 1_000_000,
  cpuTotal: 10 * SECOND,
  systemTotal: 1_000 * SECOND,
  onlineCpus: 4,
  periods: 100,
  throttledPeriods: 10,
  memoryUsage: 100 * MIB,
  inactiveFile: 30 * MIB,
  memoryLimit: 200 * MIB,
  pids: 3,
  received: 5_000,
  transmitted: 6_000,
};

/** Two seconds later on four cores: one of them busy all the time. */
const now: ContainerStats = {
  ...before,
  read: before.read + 2_000,
  cpuTotal: before.cpuTotal + 2 * SECOND,
  systemTotal: before.systemTotal + 8 * SECOND,
  periods: 120,
  throttledPeriods: 15,
};

describe('containerCpu', () => {
  it('takes one core fully busy for 1, and shares of the quota and of the host', () => {
    expect(containerCpu(before, now, 2)).toEqual({ utilization: 1, ofHost: 0.25, ofQuota: 0.5, throttled: 0.25 });
  });

  it('takes all cores of the host where there is no quota, and nothing is throttled', () => {
    expect(containerCpu(before, now, undefined)).toEqual({ utilization: 1, ofHost: 0.25, ofQuota: 0.25 });
  });

  it('holds nothing back where nothing wanted to run', () => {
    expect(containerCpu(before, { ...now, periods: before.periods, throttledPeriods: before.throttledPeriods }, 1)?.throttled).toBe(0);
  });

  it('compares nothing over a restart or within one message', () => {
    expect(containerCpu(before, { ...now, cpuTotal: 1 }, 1)).toBeUndefined();
    expect(containerCpu(before, before, 1)).toBeUndefined();
  });
});

describe('containerReadings', () => {
  const attributes = { backend: 'fastapi-1', container: 'abc' };

  it('gives everything that a message tells', () => {
    const readings = containerReadings({ cpuQuota: 2, restartCount: 3 }, now, before, attributes);
    expect(Object.fromEntries(readings.map(({ name, value }) => [name, value]))).toEqual({
      'container.cpu.utilization': 1,
      'container.cpu.quota_utilization': 0.5,
      'container.cpu.host_utilization': 0.25,
      'container.cpu.throttled': 0.25,
      'container.memory.usage.total': 70 * MIB,
      'container.memory.limit': 200 * MIB,
      'container.memory.utilization': 0.35,
      'container.pids': 3,
      'container.network.io.received': 5_000,
      'container.network.io.transmitted': 6_000,
      'container.restarts': 3,
    });
    for (const reading of readings) expect(reading.attributes).toEqual(attributes);
  });

  it('leaves rates out without a message before, and traffic where the Engine counts none', () => {
    const { received: _, transmitted: __, ...silent } = now;
    const names = containerReadings({ restartCount: 0 }, silent, undefined, attributes).map(({ name }) => name);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => /cpu|network/.test(name))).toEqual([]);
  });

  it('does not fall below 0 where the cache was read after the usage', () => {
    const readings = containerReadings({ restartCount: 0 }, { ...now, memoryUsage: 1, inactiveFile: 2 }, undefined, attributes);
    expect(valueIn(readings, 'container.memory.usage.total')).toBe(0);
  });
});

it('shortens an id as docker ps does', () => {
  expect(shortId('0123456789abcdef0123456789abcdef')).toBe('0123456789ab');
});
