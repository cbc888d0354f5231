import type { Criteria } from './config.js';
import { convert, type Kind, type Limit, parseLimit } from './criteria-values.js';
import { conceptsOf, corrections, wordsOf } from './criteria-words.js';
import type { Layer } from './layer.js';

type Resource = keyof Criteria['resources'];

/** Which criterion a key means. */
type Subject =
  | { criterion: 'connectSuccessRate' | 'connectP95Ms' | 'errorRate' | 'publishFailures'; kind: Kind }
  | { criterion: 'taskP95Ms'; task: string; kind: Kind }
  | { criterion: 'resource'; resource: Resource; kind: Kind };

/** A key speaks of the subject when it has all of `all`, one of `any` (where given) and nothing beyond these and `may`. */
interface Rule {
  subject: Subject;
  all: readonly string[];
  any?: readonly string[];
  may: readonly string[];
}

interface Leaf {
  path: readonly string[];
  words: string[];
  raw: unknown;
}

/** What was read from `success_criteria`. */
export interface ReadCriteria {
  layer: Layer<Criteria>;
  issues: { path: string[]; message: string }[];
  notices: string[];
}

const BOUNDS = ['normal', 'warning', 'critical'] as const;
type Bound = (typeof BOUNDS)[number];

const SHARE = ['backend', 'usage', 'percent', 'rate', ...BOUNDS];

const RULES: readonly Rule[] = [
  { subject: { criterion: 'connectSuccessRate', kind: 'successRate' }, all: ['connect', 'success'], may: ['rate', 'percent'] },
  { subject: { criterion: 'connectP95Ms', kind: 'time' }, all: ['connect'], any: ['p95', 'time'], may: ['ms', 's'] },
  { subject: { criterion: 'errorRate', kind: 'errorRate' }, all: ['error'], any: ['rate', 'percent'], may: ['all', 'request'] },
  {
    subject: { criterion: 'publishFailures', kind: 'count' },
    all: ['error'],
    any: ['pubsub', 'publish', 'delivery'],
    may: ['redis', 'message', 'count', 'all'],
  },
  { subject: { criterion: 'resource', resource: 'backendCpu', kind: 'share' }, all: ['cpu'], may: SHARE },
  { subject: { criterion: 'resource', resource: 'backendMemory', kind: 'share' }, all: ['memory'], may: SHARE },
  {
    subject: { criterion: 'resource', resource: 'redisClients', kind: 'count' },
    all: ['redis'],
    any: ['clients', 'connect'],
    may: ['count', 'active', ...BOUNDS],
  },
  {
    subject: { criterion: 'resource', resource: 'redisMemoryBytes', kind: 'bytes' },
    all: ['redis', 'memory'],
    may: ['usage', 'bytes', 'kb', 'mb', 'gb', ...BOUNDS],
  },
  {
    subject: { criterion: 'resource', resource: 'nginxConnections', kind: 'count' },
    all: ['nginx', 'connect'],
    may: ['active', 'count', ...BOUNDS],
  },
  {
    subject: { criterion: 'resource', resource: 'backendSpread', kind: 'share' },
    all: ['spread'],
    any: ['backend', 'connect'],
    may: ['backend', 'connect', 'rate', 'percent', ...BOUNDS],
  },
  {
    subject: { criterion: 'resource', resource: 'drops', kind: 'errorRate' },
    all: ['drop'],
    may: ['connect', 'rate', 'percent', ...BOUNDS],
  },
  {
    subject: { criterion: 'resource', resource: 'reconnectMs', kind: 'time' },
    all: ['reconnect'],
    any: ['time', 'p95'],
    may: ['time', 'p95', 'ms', 's', ...BOUNDS],
  },
];

/** The ids of the criteria that a resource's range judges. */
export const RESOURCE_CRITERIA: Readonly<Record<Resource, readonly string[]>> = {
  backendCpu: ['backend_cpu', 'host_cpu'],
  backendMemory: ['backend_memory', 'host_memory'],
  redisClients: ['redis_clients'],
  redisMemoryBytes: ['redis_memory'],
  nginxConnections: ['nginx_connections'],
  backendSpread: ['backend_spread'],
  drops: ['drops'],
  reconnectMs: ['reconnects'],
};

/** Attributes of a criterion that only describe it. */
const DESCRIPTIVE = new Set(['description', 'comment', 'note', 'notes', 'name', 'title', 'label', 'operator', 'unit', 'severity']);

/**
 * Reads `success_criteria`, nested or flat, under our names and plausible others: a key is understood by its words, in any
 * order. What fits no rule goes to `unknown`; what nearly fits one is an issue, since a misspelt criterion that is never
 * judged is worse than a refused file.
 */
export function readCriteria(raw: unknown, tasks: readonly string[]): ReadCriteria {
  const read: ReadCriteria = { layer: {}, issues: [], notices: [] };
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    read.issues.push({ path: [], message: 'must be an object of criteria' });
    return read;
  }
  const rules = [...RULES, ...tasks.flatMap(taskRules)];
  const ownWords = new Set(tasks.flatMap(wordsOf));
  const values: Values = { scalars: new Map(), bounds: new Map(), paths: new Map(), unknown: [] };
  for (const leaf of leavesOf(raw as Record<string, unknown>, [], [])) readLeaf(leaf, rules, ownWords, values, read);
  read.layer = toLayer(values, read.notices);
  return read;
}

function taskRules(task: string): Rule[] {
  const subject = { criterion: 'taskP95Ms', task, kind: 'time' } as const;
  const rule = (all: string[]): Rule => ({ subject, all, any: ['p95', 'time'], may: ['ms', 's', 'request', 'message'] });
  const named = rule([...conceptsOf(wordsOf(task))]);
  // The guide calls what start_navigation asks for the route calculation.
  return task === 'start_navigation' ? [named, rule(['route', 'calculation'])] : [named];
}

function leavesOf(map: Record<string, unknown>, path: readonly string[], words: readonly string[]): Leaf[] {
  const unit = typeof map.unit === 'string' && path.length > 0 ? wordsOf(map.unit) : [];
  return Object.entries(map).flatMap(([key, raw]): Leaf[] => {
    if (DESCRIPTIVE.has(key) && typeof raw !== 'object') return [];
    const here = [...path, key];
    const spoken = [...words, ...wordsOf(key)];
    const isMap = typeof raw === 'object' && raw !== null && !Array.isArray(raw) && Object.keys(raw).length > 0;
    return isMap ? leavesOf(raw as Record<string, unknown>, here, spoken) : [{ path: here, words: [...spoken, ...unit], raw }];
  });
}

function ruleFor(words: readonly string[], rules: readonly Rule[]): Rule | undefined {
  const concepts = conceptsOf(words);
  return rules.find(
    ({ all, any = [], may }) =>
      all.every((concept) => concepts.has(concept)) &&
      (any.length === 0 || any.some((concept) => concepts.has(concept))) &&
      [...concepts].every((concept) => all.includes(concept) || any.includes(concept) || may.includes(concept)),
  );
}

/** What the leaves said, before it is put together. Keys are criteria, `task:<name>` or resources. */
interface Values {
  scalars: Map<string, { path: string; value: number }>;
  bounds: Map<Resource, Partial<Record<Bound | 'single', number>>>;
  /** Where each resource's bounds stand in the file. */
  paths: Map<Resource, (readonly string[])[]>;
  unknown: [string, unknown][];
}

function readLeaf(leaf: Leaf, rules: readonly Rule[], ownWords: ReadonlySet<string>, values: Values, read: ReadCriteria): void {
  const rule = ruleFor(leaf.words, rules);
  const dotted = leaf.path.join('.');
  if (rule === undefined) {
    const meant = corrections(leaf.words, ownWords).find((words) => ruleFor(words, rules) !== undefined);
    if (meant === undefined) values.unknown.push([dotted, leaf.raw]);
    else read.issues.push({ path: [...leaf.path], message: `unknown criterion, did you mean "${meant.join('_')}"?` });
    return;
  }
  const problem =
    rule.subject.criterion === 'resource' ? readBound(leaf, rule.subject, values) : readScalar(leaf, rule.subject, values, read);
  if (problem !== undefined) read.issues.push({ path: [...leaf.path], message: problem });
}

type Scalar = Exclude<Subject, { criterion: 'resource' }>;

/** Gives what is wrong with the value. */
function readScalar(leaf: Leaf, subject: Scalar, values: Values, read: ReadCriteria): string | undefined {
  const limit = parseLimit(leaf.raw);
  const lower = subject.kind === 'successRate';
  if (limit === undefined || limit.upper !== undefined)
    return `must be a number or a text such as ${lower ? '">99%"' : '"<500ms" or "<1%"'}`;
  if (limit.direction === (lower ? 'below' : 'above'))
    return `must be ${lower ? 'a lower limit, e.g. ">99%"' : 'an upper limit, e.g. "<500ms"'}`;
  const concepts = conceptsOf(leaf.words);
  const converted = convert(subject.kind, limit.value, unitOf(limit, concepts));
  if (!converted.ok) return converted.message;
  const key = subject.criterion === 'taskP95Ms' ? `task:${subject.task}` : subject.criterion;
  const dotted = leaf.path.join('.');
  const earlier = values.scalars.get(key);
  if (earlier !== undefined && earlier.value !== converted.value)
    return `contradicts success_criteria.${earlier.path}, which sets the same limit`;
  if (subject.kind === 'time' && !concepts.has('p95')) read.notices.push(`success_criteria.${dotted} is read as the 95th percentile`);
  values.scalars.set(key, { path: dotted, value: converted.value });
  return undefined;
}

function readBound(leaf: Leaf, subject: Extract<Subject, { criterion: 'resource' }>, values: Values): string | undefined {
  const limit = parseLimit(leaf.raw);
  if (limit === undefined) return 'must be a number, a text such as "<70%", or an object with "warning" and "critical"';
  const concepts = conceptsOf(leaf.words);
  const bound = BOUNDS.find((name) => concepts.has(name)) ?? 'single';
  // "normal: 0-70%" ends where the warning begins; every other range is told by its lower end.
  const number = bound === 'normal' || bound === 'single' ? (limit.upper ?? limit.value) : limit.value;
  const converted = convert(subject.kind, number, unitOf(limit, concepts));
  if (!converted.ok) return converted.message;
  const bounds = values.bounds.get(subject.resource) ?? {};
  if (bounds[bound] !== undefined && bounds[bound] !== converted.value) return 'contradicts another criterion for the same resource';
  values.bounds.set(subject.resource, { ...bounds, [bound]: converted.value });
  values.paths.set(subject.resource, [...(values.paths.get(subject.resource) ?? []), leaf.path]);
  return undefined;
}

/** The value's own unit, else the one in the key. */
function unitOf(limit: Limit, concepts: ReadonlySet<string>): string | undefined {
  return limit.unit ?? ['percent', 'ms', 's', 'bytes', 'kb', 'mb', 'gb'].find((unit) => concepts.has(unit));
}

function toLayer(values: Values, notices: string[]): Layer<Criteria> {
  const scalar = (key: string) => values.scalars.get(key)?.value;
  const tasks = [...values.scalars].flatMap(([key, { value }]) => (key.startsWith('task:') ? [[key.slice(5), value] as const] : []));
  const resources = [...values.bounds].map(([resource, bounds]) => [resource, rangeOf(resource, bounds, notices)] as const);
  return {
    connectSuccessRate: scalar('connectSuccessRate'),
    connectP95Ms: scalar('connectP95Ms'),
    taskP95Ms: Object.fromEntries(tasks),
    errorRate: scalar('errorRate'),
    publishFailures: scalar('publishFailures'),
    resources: Object.fromEntries(resources),
    unknown: Object.fromEntries(values.unknown),
    from: originsOf(values),
  };
}

const SCALAR_CRITERIA: Readonly<Record<string, string>> = {
  connectSuccessRate: 'connect_success_rate',
  connectP95Ms: 'connect_p95',
  errorRate: 'error_rate',
  publishFailures: 'publish_failures',
};

/** Where each limit stands in the file, by the id of its criterion. */
function originsOf({ scalars, paths }: Values): Record<string, string> {
  const origin = (path: string): string => `file success_criteria.${path}`;
  const ofScalars = [...scalars].map(([key, { path }]): [string, string] => [
    key.startsWith('task:') ? `${key.slice(5)}_p95` : (SCALAR_CRITERIA[key] ?? key),
    origin(path),
  ]);
  const ofRanges = [...paths].flatMap(([resource, all]) => {
    const path = all.length === 1 ? all[0]?.join('.') : (commonPath(all) ?? all.map((one) => one.join('.')).join(', '));
    return RESOURCE_CRITERIA[resource].map((id): [string, string] => [id, origin(path ?? '')]);
  });
  return Object.fromEntries([...ofScalars, ...ofRanges]);
}

/** The key under which all of these stand; undefined where they have none in common. */
function commonPath(paths: readonly (readonly string[])[]): string | undefined {
  const [first = []] = paths;
  const length = first.findIndex((part, index) => paths.some((path) => path[index] !== part));
  return length > 0 ? first.slice(0, length).join('.') : undefined;
}

function rangeOf(resource: Resource, bounds: Partial<Record<Bound | 'single', number>>, notices: string[]) {
  const { normal, warning, critical, single } = bounds;
  if (single !== undefined && normal === undefined && warning === undefined && critical === undefined) {
    notices.push(
      `success_criteria: one limit for ${resource}: any value above it is critical; give "warning" and "critical" to tell them apart`,
    );
    return { warning: single, critical: single };
  }
  // "normal" and "warning" as the upper ends of two bands: the third begins where the second ends.
  if (normal !== undefined && warning !== undefined && critical === undefined && warning > normal)
    return { warning: normal, critical: warning };
  return { warning: warning ?? normal ?? single, critical };
}
