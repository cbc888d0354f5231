export { type ConnectOptions, connectDocker } from './docker/connect.js';
export { DockerError, NoContainerError } from './docker/errors.js';
export { runsHere } from './docker/local.js';

/** One container as the Engine describes it now. */
export interface ContainerFacts {
  id: string;
  /** Without the leading slash. */
  name: string;
  /** As it was asked for: `kindmap/fastapi:1.4`. */
  image: string;
  /** `sha256:…` of the image that really runs. */
  imageId: string;
  running: boolean;
  /** `created`, `running`, `paused`, `restarting`, `exited`, `dead`. */
  status: string;
  exitCode: number;
  /** Of its first process on the host; 0 while it does not run. */
  pid: number;
  /** ISO 8601 with up to nanoseconds, as the Engine gives it. */
  startedAt: string;
  restartCount: number;
  oomKilled: boolean;
  /** `healthy`, `unhealthy`, `starting`; undefined where it has no check. */
  health?: string;
  labels: Record<string, string>;
  /** Its environment. Holds secrets: never to be written unless its name is on an allow-list. */
  env: Record<string, string>;
  /** Whether stdout and stderr are one stream without frames. */
  tty: boolean;
  /** `json-file`, `local`, `journald`, … */
  logDriver: string;
  /** Addresses within its networks, by network. */
  addresses: { network: string; ipv4?: string; ipv6?: string; gateway?: string }[];
  /** Published ports. */
  ports: { containerPort: number; hostAddress: string; hostPort: number }[];
  /** Cores that it may use; undefined: all of the host. */
  cpuQuota?: number;
  /** Bytes; undefined: all of the host. */
  memoryLimit?: number;
}

/** One message of the stats stream, raw counters as the Engine gives them, both versions of cgroups made alike. */
export interface ContainerStats {
  /** When the Engine read it, Unix ms. */
  read: number;
  /** Nanoseconds of CPU so far, and of all cores of the host. */
  cpuTotal: number;
  systemTotal: number;
  onlineCpus: number;
  /** Scheduler periods so far, and those in which it was throttled. */
  periods: number;
  throttledPeriods: number;
  /** Bytes; inactive file cache not taken off. */
  memoryUsage: number;
  inactiveFile: number;
  memoryLimit: number;
  pids: number;
  /** Bytes over all its interfaces; undefined where it has none of its own, as with the host's network. */
  received?: number;
  transmitted?: number;
}

export interface ContainerEvent {
  /** Unix ms by the Engine's clock. */
  time: number;
  /** `die`, `start`, `oom`, `health_status: unhealthy`, `destroy`, `create`, `rename`, … */
  action: string;
  id: string;
  name: string;
  attributes: Record<string, string>;
}

export interface LogChunk {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

/** What the Engine's own clock and size are. */
export interface EngineFacts {
  /** Unix ms. */
  time: number;
  cores: number;
  memory: number;
  version: string;
  /**
   * Whether this machine's /proc is the one that the containers' pids are of: told by a container that runs (see {@link runsHere}), so
   * false also while none does.
   */
  isLocal: boolean;
}

/**
 * What Loadwitness asks of a Docker Engine. Every call has its own deadline, and rejects with a message that says what is wrong and where.
 * Streams end when the container stops or starts again (logs, stats) and when their signal is aborted; they throw when the Engine is lost
 * (also when it only falls silent), and whoever reads them asks again. They read no faster than their reader does.
 */
export interface DockerClient {
  engine(signal?: AbortSignal): Promise<EngineFacts>;
  /** Containers for which everything that is given holds, running or not, by name. */
  find(selector: { name?: string; service?: string; label?: string }, signal?: AbortSignal): Promise<ContainerFacts[]>;
  /** Rejects with {@link NoContainerError} when there is none of this name or id. */
  inspect(container: string, signal?: AbortSignal): Promise<ContainerFacts>;
  /** Image digests, `repository@sha256:…`, of an image. Empty for one that was made here. */
  imageDigests(imageId: string, signal?: AbortSignal): Promise<string[]>;
  stats(container: string, signal: AbortSignal): AsyncIterable<ContainerStats>;
  /** Events of containers from `since` (Unix ms) on. */
  events(since: number, signal: AbortSignal): AsyncIterable<ContainerEvent>;
  /**
   * Both streams, each line with its time in front (RFC 3339 with nanoseconds and a space), from `since` (such a time, or Unix seconds) on.
   * Chunks are cut anywhere. With a TTY all is stdout, and a line of more than 16 KiB has further times within.
   */
  logs(container: string, options: { since: string; follow: boolean; tail?: number }, signal: AbortSignal): AsyncIterable<LogChunk>;
  /**
   * Runs a program in the container; one that is not there ends with 126 or 127. Nothing in `argv` may be secret: it is to be seen in its
   * process list; `env` may be. The Engine cannot end a program: one that has missed its deadline goes on by itself.
   */
  exec(
    container: string,
    argv: readonly string[],
    options?: { env?: Record<string, string>; signal?: AbortSignal },
  ): Promise<{ exitCode: number; stdout: Buffer; stderr: Buffer }>;
  close(): void;
}
