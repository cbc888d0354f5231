import { describe, expect, it } from 'vitest';
import { type StatsMessage, statsOf } from '../../../src/clients/docker/container-stats.js';

const MESSAGE: StatsMessage = {
  read: '2025-12-07T03:04:05.678901234Z',
  cpu_stats: {
    cpu_usage: { total_usage: 5e9 },
    system_cpu_usage: 9e12,
    online_cpus: 4,
    throttling_data: { periods: 100, throttled_periods: 7 },
  },
  memory_stats: { usage: 3000, limit: 9000, stats: { inactive_file: 500 } },
  pids_stats: { current: 12 },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 20 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
};

describe('a message of the statistics', () => {
  it('is told in counters', () => {
    expect(statsOf(MESSAGE)).toEqual({
      read: Date.parse('2025-12-07T03:04:05.678Z'),
      cpuTotal: 5e9,
      systemTotal: 9e12,
      onlineCpus: 4,
      periods: 100,
      throttledPeriods: 7,
      memoryUsage: 3000,
      inactiveFile: 500,
      memoryLimit: 9000,
      pids: 12,
      received: 11,
      transmitted: 22,
    });
  });

  it('means the same under both versions of cgroups', () => {
    const first = { ...MESSAGE, memory_stats: { usage: 3000, limit: 9000, stats: { inactive_file: 1, total_inactive_file: 500 } } };
    const cores = { cpu_usage: { total_usage: 5e9, percpu_usage: [1, 2, 3, 4] }, online_cpus: 0 };
    expect(statsOf({ ...first, cpu_stats: { ...MESSAGE.cpu_stats, ...cores } })).toEqual(statsOf(MESSAGE));
  });

  it('has no traffic where the container has no network of its own', () => {
    const { networks: _, ...without } = MESSAGE;
    const stats = statsOf(without);
    expect(stats).toBeDefined();
    expect(stats).not.toHaveProperty('received');
    expect(stats).not.toHaveProperty('transmitted');
  });

  it('tells nothing of a container that does not run, rather than zeros', () => {
    const cpu_stats = { cpu_usage: { total_usage: 0 }, throttling_data: { periods: 0, throttled_periods: 0 } };
    expect(statsOf({ read: '0001-01-01T00:00:00Z', cpu_stats, memory_stats: {}, pids_stats: {} })).toBeUndefined();
    expect(statsOf({ ...MESSAGE, memory_stats: {} })).toBeUndefined();
    expect(statsOf({})).toBeUndefined();
  });
});
