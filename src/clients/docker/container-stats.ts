import type { ContainerStats } from '../docker.js';

/** One message of the Engine's stats, as far as it is used here. Of a container that does not run, most of it is missing. */
export interface StatsMessage {
  read?: string;
  cpu_stats?: {
    cpu_usage?: { total_usage?: number; percpu_usage?: number[] | null };
    system_cpu_usage?: number;
    online_cpus?: number;
    throttling_data?: { periods?: number; throttled_periods?: number };
  };
  memory_stats?: { usage?: number; limit?: number; stats?: Record<string, number> };
  pids_stats?: { current?: number };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
}

/** One message in the words of Loadwitness, or undefined for one that tells nothing, as of a container that does not run. */
export function statsOf(message: StatsMessage): ContainerStats | undefined {
  const { cpu_stats: cpu, memory_stats: memory } = message;
  const read = Date.parse(message.read ?? '');
  const cpuTotal = cpu?.cpu_usage?.total_usage;
  if (!(read > 0) || !cpuTotal || cpu?.system_cpu_usage === undefined || memory?.usage === undefined) return undefined;
  return {
    read,
    cpuTotal,
    systemTotal: cpu.system_cpu_usage,
    onlineCpus: cpu.online_cpus || (cpu.cpu_usage?.percpu_usage?.length ?? 1),
    periods: cpu.throttling_data?.periods ?? 0,
    throttledPeriods: cpu.throttling_data?.throttled_periods ?? 0,
    memoryUsage: memory.usage,
    // The first one is cgroup v1's: there `inactive_file` leaves out what is below this group.
    inactiveFile: memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0,
    memoryLimit: memory.limit ?? 0,
    pids: message.pids_stats?.current ?? 0,
    ...trafficOf(message.networks),
  };
}

function trafficOf(networks: StatsMessage['networks']): Pick<ContainerStats, 'received' | 'transmitted'> {
  if (networks === undefined) return {};
  const all = Object.values(networks);
  return {
    received: all.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    transmitted: all.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
  };
}
