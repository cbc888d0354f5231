import type { ContainerInspectInfo, HostConfig } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../src/clients/docker/facts.js';

function inspected(host: Partial<HostConfig>, more: object = {}): ContainerInspectInfo {
  return {
    Id: 'abc',
    Name: '/kindmap-fastapi-1',
    Image: 'sha256:1',
    RestartCount: 2,
    State: { Status: 'exited', Running: false, OOMKilled: true, Pid: 0, ExitCode: 137, StartedAt: '2025-12-07T03:04:05.6Z', ...more },
    Config: { Image: 'kindmap/fastapi:1', Tty: false, Env: null, Labels: null },
    HostConfig: host,
    NetworkSettings: { Ports: { '8001/tcp': null }, Networks: { net: { IPAddress: '', GlobalIPv6Address: '', Gateway: '' } } },
  } as unknown as ContainerInspectInfo;
}

describe('the facts of a container', () => {
  it('are told of one that was killed for its memory, has no environment and is in no network', () => {
    expect(factsOf(inspected({}))).toEqual({
      id: 'abc',
      name: 'kindmap-fastapi-1',
      image: 'kindmap/fastapi:1',
      imageId: 'sha256:1',
      running: false,
      status: 'exited',
      exitCode: 137,
      pid: 0,
      startedAt: '2025-12-07T03:04:05.6Z',
      restartCount: 2,
      oomKilled: true,
      labels: {},
      env: {},
      tty: false,
      logDriver: '',
      addresses: [{ network: 'net' }],
      ports: [],
    });
  });

  it.each([
    [{ NanoCpus: 1_500_000_000 }, 1.5],
    [{ CpuQuota: 50_000, CpuPeriod: 100_000 }, 0.5],
    [{ CpuQuota: 50_000 }, 0.5],
    [{ CpuQuota: -1, CpuPeriod: 100_000 }, undefined],
    [{ CpusetCpus: '0-2,5' }, 4],
    [{ CpusetCpus: '3', NanoCpus: 2e9 }, 1],
    [{ NanoCpus: 0, CpuQuota: 0, CpusetCpus: '' }, undefined],
  ])('have the cores of %o', (host, cores) => {
    expect(factsOf(inspected(host)).cpuQuota).toBe(cores);
  });

  it.each([
    ['healthy', 'healthy'],
    ['none', undefined],
  ])('have the health %s', (Status, health) => {
    expect(factsOf(inspected({}, { Health: { Status } })).health).toBe(health);
  });
});
