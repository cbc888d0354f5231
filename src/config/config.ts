import type { Stage } from '../journal/event.js';
import type { Statistic } from '../journal/metrics.js';

export { KINDMAP_LOG_PATTERNS } from './log-patterns.js';

export interface Account {
  email: string;
  /** A secret: registered with the redactor as soon as it is known. */
  password: string;
}

/**
 * Who the virtual users say they are.
 * - `guests`: ids that need no token.
 * - `accounts`: the owners of the test accounts, which they share in turn.
 * - `registered`: an account each, made through the target's register API and kept in a file for the next run.
 * - `minted`: an id each, with a token that is signed here with the target's own secret.
 */
export type Identity = 'guests' | 'accounts' | 'registered' | 'minted';

/** How `registered` accounts are made and kept. */
export interface Registration {
  /** The file that keeps them, with their passwords, readable by its owner alone. */
  file: string;
  perSecond: number;
}

/** How `minted` tokens are made (HS256). */
export interface Minting {
  /** Name of the environment variable that holds the secret. */
  secretEnv: string;
  lifetimeSeconds: number;
}

/** How to trust and to be trusted over wss://. Files are PEM. */
export interface TlsConfig {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  /** The name that the target's certificate must be for, where it is not the URL's. */
  serverName?: string;
  /** Takes any certificate. */
  insecure: boolean;
}

/** How long a dropped or refused user waits before it connects again: `firstSeconds`, doubled with each failure in a row up to `mostSeconds`, with jitter. */
export interface ReconnectConfig {
  firstSeconds: number;
  mostSeconds: number;
  /** Failures in a row after which a user gives up; undefined: never. */
  attempts?: number;
}

/** When a criterion that fails ends the run. */
export interface AbortRule {
  /** Nothing is aborted before the load is so old. */
  afterSeconds: number;
  /** The last so many seconds are judged. */
  windowSeconds: number;
  /** Ids of the criteria that may abort; empty: every required one that the load alone can prove. */
  criteria: string[];
}

/** One replica of the application, as far as this machine can see it. Every field but the name is optional: what is missing is not sampled. */
export interface Backend {
  name: string;
  /** Process id on this machine: CPU, memory. */
  pid?: number;
  /** Where the application listens. Connections are counted on `port` (and `address`, when several backends share a port). */
  address?: string;
  port?: number;
  /** The file that its log goes to. */
  log?: string;
  /** A command that writes its log to stdout and goes on, program first: `['journalctl', '-f', '-u', 'fastapi']`. */
  logCommand?: string[];
  /** Name (or id) of its container. What runs under this name is followed, also when it is replaced. */
  container?: string;
}

/** Which containers are the backends: those for which everything that is given holds. */
export interface ContainerSelector {
  /** Name, `*` for any characters: `kindmap-fastapi-*`. */
  name?: string;
  /** Service of Docker Compose. */
  service?: string;
  /** `key` or `key=value`. */
  label?: string;
}

/** The Docker Engine that the target runs on. Where the keys are left out nothing is looked for. */
export interface DockerConfig {
  /** As DOCKER_HOST: unix:///…, npipe:///…, tcp://…, ssh://user@host. Left out: DOCKER_HOST, else the system's own socket. */
  host?: string;
  /** Folder with ca.pem, cert.pem and key.pem for tcp with TLS. Left out: DOCKER_CERT_PATH where DOCKER_TLS_VERIFY is set. */
  certPath?: string;
  backends?: ContainerSelector;
  /** Name of the container of Redis. */
  redis?: string;
  /** Name of the container of nginx. */
  nginx?: string;
  /** Where the application listens within its containers. */
  port?: number;
}

export interface RedisConfig {
  /**
   * redis[s]://[user:password@]host:port[/db], as seen from this machine or, with `container`, from within that. Where its host is the name
   * of that container nobody has looked yet how it can be reached.
   */
  url: string;
  /** The Pub/Sub channel between backends. */
  channel: string;
  /** The container in which `redis-cli` is run, where the port cannot be reached from here. */
  container?: string;
  /** Lists whose length is sampled, `<db>/<key>`: `1/celery`. */
  lists: string[];
  /** PEM file of the authorities for rediss://. */
  caFile?: string;
}

/** One metric of CloudWatch beside those that are always asked for. */
export interface CloudWatchMetric {
  namespace: string;
  name: string;
  statistic: string;
  dimensions: Record<string, string>;
}

export interface CloudWatchConfig {
  region?: string;
  /** Where to ask instead of AWS. */
  endpoint?: string;
  /** Profile of the shared configuration files. */
  profile?: string;
  /** The EC2 instance of the target. */
  instanceId?: string;
  metrics: CloudWatchMetric[];
  /** How long to wait after the load for datapoints that are late. */
  settleSeconds: number;
}

/** Messages that are published on the target's channel for users of this run, to prove that they cross from backend to backend. */
export interface CanaryConfig {
  perSecond: number;
  /** One that takes longer is late. */
  limitMs: number;
  /** One that has not come by then is lost. */
  lostAfterMs: number;
  /** What is published, with `{user}`, `{canary}` (an object) and `{time}` (ISO 8601) as whole values. */
  envelope: unknown;
  /** Where the canary is found in the frame that the user receives: keys with dots between them. */
  at: string;
}

export interface NginxConfig {
  /** Path of nginx.conf; includes are followed. */
  config?: string;
  /** Name of the upstream block in front of the backends. */
  upstream: string;
  /** The balancing method that the upstream must have, e.g. `ip_hash`, `least_conn`, `round_robin`. */
  method: string;
  /** URL of a `stub_status` page. */
  statusUrl?: string;
  /** Name of its container. */
  container?: string;
  /** Its error log, where that is a file. */
  errorLog?: string;
}

/** A value up to `warning` is normal, up to `critical` a warning, above it critical. */
export interface ResourceRange {
  warning: number;
  critical: number;
}

/** What must hold. Rates are shares of 1. What is `null` does not apply to the scenario: it is not judged, and no row tells of it. */
export interface Criteria {
  connectSuccessRate: number;
  connectP95Ms: number;
  /** By task name. */
  taskP95Ms: Record<string, number>;
  errorRate: number;
  publishFailures: number | null;
  resources: {
    backendCpu: ResourceRange | null;
    backendMemory: ResourceRange | null;
    redisClients: ResourceRange | null;
    redisMemoryBytes: ResourceRange | null;
    nginxConnections: ResourceRange | null;
    /** How far a backend's connections may lie from the mean of all, as a share of it. */
    backendSpread: ResourceRange | null;
    /** Dropped connections as a share of those that were made. */
    drops: ResourceRange | null;
    /** The 95th percentile from a drop to the next open socket. */
    reconnectMs: ResourceRange | null;
  };
  /**
   * Proof that the logs were really read: `pattern` (a log counter's name) must have been counted at least as often as users
   * received replies of type `replyType`. Without it no absence of a line is proven.
   */
  logProof: { pattern: string; replyType: string } | null;
  /** Criteria of the file for which there is no rule: judged INCONCLUSIVE, never dropped. */
  unknown: Record<string, unknown>;
  /** Criteria of any metric, as the file has them. */
  custom: CustomCriterion[];
  /** Where each limit came from, by the id of its criterion: `profile kindmap`, `file success_criteria.ws_connect_p95`. */
  from: Record<string, string>;
}

/** A criterion that the configuration makes of a metric. */
export interface CustomCriterion {
  id: string;
  title: string;
  /** A name of journal/metrics.ts. */
  metric: string;
  /** Only series with these attributes; of several series each must hold. */
  attributes: Record<string, string>;
  statistic: Statistic;
  /** Judged once over the load, in each stage on its own, or in every time of so many seconds: the worst holds. */
  over: 'run' | 'stage' | { windowSeconds: number };
  /** On which side of its limits the value must lie. */
  must: 'be_below' | 'be_above';
  /** In the unit of the metric (a rate: each second). A required criterion fails at it, a recommended one warns beyond it. */
  limit: number;
  /** Beyond this one a recommended criterion is critical; null: it has no such limit. */
  critical: number | null;
  required: boolean;
}

export interface TaskConfig {
  weight: number;
  timeoutSeconds: number;
}

/** Options of the KindMap scenario. */
export interface KindmapOptions {
  stations: string[];
  /** Type (PHY, VIS, AUD, ELD) → weight. */
  disabilityTypes: Record<string, number>;
  /** Least and greatest distance of one GPS fix from the last, in metres. */
  gpsStepMeters: [number, number];
}

/** The hours of the day in which a production system may be loaded; over midnight where `from` is the later. */
export interface OffPeak {
  /** `HH:MM`. */
  from: string;
  /** `HH:MM`. */
  to: string;
  /** IANA name: `Asia/Seoul`. */
  timeZone: string;
}

/** Everything that a run needs to know, resolved: the file, the flags and the defaults in one. */
export interface Config {
  /** ws:// or wss:// origin of the target, without a path. */
  target: string;
  /** {@link KINDMAP}, or the absolute path of a module that exports a scenario. */
  scenario: string;
  kindmap: KindmapOptions;
  /** Of a scenario's module only what the configuration says, until the module is loaded: then every task, completely. */
  tasks: Record<string, TaskConfig>;
  identity: Identity;
  /** The target's test accounts. They are checked also where the users are guests. */
  accounts: Account[];
  loginsPerSecond: number;
  registered: Registration;
  minted: Minting;
  /** Local addresses that virtual users connect from, dealt round robin; empty: the system's choice. */
  sourceAddresses: string[];
  stages: Stage[];
  /** Seconds after a stage's begin that are left out of its results. */
  settleSeconds: number;
  /** `closed`: think time from reply to next task. `paced`: from one task to the next, whether or not it was answered. */
  rhythm: 'closed' | 'paced';
  thinkTimeSeconds: [number, number];
  reconnect: ReconnectConfig;
  tls: TlsConfig;
  /** Makes the choices of all users repeatable; undefined: another one each time, which the journal tells. */
  seed?: number;
  /** Worker threads; 0: as many as help. */
  workers: number;
  abort?: AbortRule;
  connectTimeoutSeconds: number;
  /** How long users may take to finish their last task and close when the load stops. */
  stopTimeoutSeconds: number;
  criteria: Criteria;
  /** Replicas that the target is meant to have; 0: as many as Docker has containers of it. */
  replicas: number;
  backends: Backend[];
  docker?: DockerConfig;
  redis?: RedisConfig;
  nginx?: NginxConfig;
  cloudwatch?: CloudWatchConfig;
  /** Left out: no canaries are sent. */
  canary?: CanaryConfig;
  /** The target's .env file. */
  envFile?: string;
  monitoring: {
    intervalSeconds: number;
    /** Counter name → regular expression. */
    logPatterns: Record<string, string>;
    /** Counters of the error log of nginx: name → regular expression. */
    nginxPatterns: Record<string, string>;
    /** Bytes of each log, before compression, that go to the evidence; of more, the beginning and the end. */
    logBudgetBytes: number;
  };
  offPeak: OffPeak;
  /** The user has said that the target may be a production system. */
  yes: boolean;
  /** Absolute path of a folder with checks of the project's own. */
  checksFolder?: string;
  /** Warnings and skipped criteria count against the verdict. */
  strict: boolean;
}

/** Name of the scenario that is built in. */
export const KINDMAP = 'kindmap';

/** Names of log counters that the verdict relies on; both may be given other expressions in `monitoring.log_patterns`. */
export const LogPattern = {
  /** A message that the backend could not publish on Redis. */
  publishFailed: 'publish_failed',
  /** The line that each calculated route causes: proof that the log is really read. */
  routeCalculated: 'route_calculated',
} as const;
