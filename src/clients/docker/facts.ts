import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerFacts } from '../docker.js';

const DEFAULT_PERIOD = 100_000;

/** What an inspection says, in the words of Loadwitness. */
export function factsOf(info: ContainerInspectInfo): ContainerFacts {
  const { State: state, Config: config } = info;
  const cpuQuota = coresOf(info.HostConfig);
  const memoryLimit = info.HostConfig.Memory;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    image: config.Image,
    imageId: info.Image,
    running: state.Running,
    status: state.Status,
    exitCode: state.ExitCode,
    pid: state.Pid,
    startedAt: state.StartedAt,
    restartCount: info.RestartCount,
    oomKilled: state.OOMKilled,
    ...(state.Health && state.Health.Status !== 'none' && { health: state.Health.Status }),
    labels: config.Labels ?? {},
    env: environmentOf(config.Env),
    tty: config.Tty,
    logDriver: info.HostConfig.LogConfig?.Type ?? '',
    addresses: addressesOf(info),
    ports: portsOf(info),
    ...(cpuQuota !== undefined && { cpuQuota }),
    ...(memoryLimit !== undefined && memoryLimit > 0 && { memoryLimit }),
  };
}

function environmentOf(lines: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (lines ?? []).map((line) => {
      const equals = line.indexOf('=');
      return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

function addressesOf(info: ContainerInspectInfo): ContainerFacts['addresses'] {
  return Object.entries(info.NetworkSettings.Networks ?? {}).map(([network, { IPAddress, GlobalIPv6Address, Gateway }]) => ({
    network,
    ...(IPAddress && { ipv4: IPAddress }),
    ...(GlobalIPv6Address && { ipv6: GlobalIPv6Address }),
    ...(Gateway && { gateway: Gateway }),
  }));
}

/** TCP ports alone: nothing here speaks UDP. */
function portsOf(info: ContainerInspectInfo): ContainerFacts['ports'] {
  return Object.entries(info.NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) => {
    const [number, protocol] = port.split('/');
    if (protocol !== 'tcp') return [];
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      containerPort: Number(number),
      hostAddress: HostIp,
      hostPort: Number(HostPort),
    }));
  });
}

/** The least of what limits it: `--cpus`, a quota per period, or a set of cores. */
function coresOf(host: ContainerInspectInfo['HostConfig']): number | undefined {
  const limits: number[] = [];
  if (host.NanoCpus) limits.push(host.NanoCpus / 1e9);
  if (host.CpuQuota && host.CpuQuota > 0) limits.push(host.CpuQuota / (host.CpuPeriod || DEFAULT_PERIOD));
  if (host.CpusetCpus) limits.push(coresIn(host.CpusetCpus));
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** `0-2,5` is four cores. */
function coresIn(set: string): number {
  return set
    .split(',')
    .map((part) => part.split('-').map(Number))
    .reduce((cores, [first = 0, last = first]) => cores + last - first + 1, 0);
}
