import type { Criteria, CustomCriterion, ResourceRange } from '../config/config.js';
import { readCustom } from './custom/read.js';

/** The criteria of a run as its journal holds them; null for one that the journal does not hold as it should. */
export interface Thresholds {
  connectSuccessRate: number | null;
  connectP95Ms: number | null;
  taskP95Ms: Map<string, number | null>;
  errorRate: number | null;
  publishFailures: number | null;
  resources: { [Name in keyof Criteria['resources']]: ResourceRange | null };
  /** Both are empty where the scenario has no such proof. */
  logProof: { pattern: string; replyType: string };
  /** Names of criteria for which there is no rule. */
  unknown: string[];
  /** Criteria that the configuration makes of a metric. */
  custom: CustomCriterion[];
  /** Where limits came from, by the criterion's id; a journal may not tell. */
  from: ReadonlyMap<string, string>;
  /** Ids of the criteria that the journal says do not apply: an explicit null, where a limit that is merely missing leaves its criterion open. */
  notApplicable: ReadonlySet<string>;
}

/** Which criteria are judged by which resource's range. */
const RESOURCE_IDS: Readonly<Record<keyof Criteria['resources'], readonly string[]>> = {
  backendCpu: ['backend_cpu', 'host_cpu'],
  backendMemory: ['backend_memory', 'host_memory'],
  redisClients: ['redis_clients'],
  redisMemoryBytes: ['redis_memory'],
  nginxConnections: ['nginx_connections'],
  backendSpread: ['backend_spread'],
  drops: ['drops'],
  reconnectMs: ['reconnects'],
};

type Fields = Readonly<Record<string, unknown>>;

/** Reads the criteria of `run.start`: the schema leaves their shape open, so nothing is taken on trust. */
export function readThresholds(criteria: Fields): Thresholds {
  const resources = fieldsOf(criteria.resources);
  const proof = fieldsOf(criteria.logProof);
  return {
    connectSuccessRate: numberOf(criteria.connectSuccessRate),
    connectP95Ms: numberOf(criteria.connectP95Ms),
    taskP95Ms: new Map(Object.entries(fieldsOf(criteria.taskP95Ms)).map(([task, limit]) => [task, numberOf(limit)])),
    errorRate: numberOf(criteria.errorRate),
    publishFailures: numberOf(criteria.publishFailures),
    resources: {
      backendCpu: rangeOf(resources.backendCpu),
      backendMemory: rangeOf(resources.backendMemory),
      redisClients: rangeOf(resources.redisClients),
      redisMemoryBytes: rangeOf(resources.redisMemoryBytes),
      nginxConnections: rangeOf(resources.nginxConnections),
      // A journal without these is from before they were there: null, which is not judged.
      backendSpread: rangeOf(resources.backendSpread),
      drops: rangeOf(resources.drops),
      reconnectMs: rangeOf(resources.reconnectMs),
    },
    logProof: { pattern: textOf(proof.pattern), replyType: textOf(proof.replyType) },
    unknown: Object.keys(fieldsOf(criteria.unknown)),
    custom: readCustom(criteria.custom),
    from: new Map(Object.entries(fieldsOf(criteria.from)).flatMap(([id, origin]) => (typeof origin === 'string' ? [[id, origin]] : []))),
    notApplicable: new Set([
      ...(criteria.publishFailures === null ? ['publish_failures'] : []),
      ...Object.entries(RESOURCE_IDS).flatMap(([name, ids]) => (resources[name] === null ? ids : [])),
    ]),
  };
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function rangeOf(value: unknown): ResourceRange | null {
  const { warning, critical } = fieldsOf(value);
  const low = numberOf(warning);
  const high = numberOf(critical);
  return low === null || high === null ? null : { warning: low, critical: high };
}
