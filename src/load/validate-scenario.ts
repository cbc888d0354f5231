import type { ConfigIssue } from '../errors.js';

/** Names that mean something else where tasks are counted: `connect` is the opening handshake. */
const RESERVED = ['connect', '__proto__'];

/** The longest that a timer can wait, with room to spare. */
const MAX_TIMEOUT_MS = 2_000_000_000;

type Fields = Readonly<Record<string, unknown>>;
type Kind = 'a function' | 'a text that is not empty' | 'a number of 0 or more' | 'a positive number';

/** Every mistake in what a module gave as its scenario, each with its path, e.g. `tasks[1].timeoutMs`. An empty list: it is one. */
export function validateScenario(value: unknown): ConfigIssue[] {
  if (!isObject(value)) return [{ path: '(scenario)', message: `must be an object with "name", "connect" and "tasks", is ${show(value)}` }];
  return [
    ...must(value, 'name', 'a text that is not empty'),
    ...must(value, 'createState', 'a function'),
    ...must(value, 'connect', 'a function'),
    ...may(value, 'typeOf'),
    ...pairIssues(value, 'correlation', ['requestId', 'replyId']),
    ...pairIssues(value, 'resync', ['message', 'isReply']),
    ...tasksIssues(value),
  ];
}

function tasksIssues({ tasks, first, correlation }: Fields): ConfigIssue[] {
  if (!Array.isArray(tasks)) return [{ path: 'tasks', message: `must be a list of tasks, is ${show(tasks)}` }];
  if (tasks.length === 0) return [{ path: 'tasks', message: 'must hold at least one task' }];
  const issues = tasks.flatMap((task: unknown, index) => taskIssues(task, `tasks[${index}]`, correlation !== undefined));
  const names = tasks.map((task: unknown) => (isObject(task) ? task.name : undefined));
  for (const [index, name] of names.entries()) {
    const path = `tasks[${index}].name`;
    if (typeof name !== 'string') continue;
    if (RESERVED.includes(name)) issues.push({ path, message: `must not be "${name}": that name is reserved` });
    if (names.indexOf(name) < index) issues.push({ path, message: `must be unique, and "${name}" is also tasks[${names.indexOf(name)}]` });
  }
  const weights = tasks.map((task: unknown) => (isObject(task) ? task.weight : undefined));
  if (weights.every((weight) => weight === 0)) issues.push({ path: 'tasks', message: 'at least one task needs a weight above 0' });
  if (first !== undefined && (typeof first !== 'string' || !names.includes(first))) {
    issues.push({ path: 'first', message: `must name one of the tasks (${names.filter(isText).join(', ')}), is ${show(first)}` });
  }
  return issues;
}

function taskIssues(task: unknown, path: string, hasCorrelation: boolean): ConfigIssue[] {
  if (!isObject(task)) return [{ path, message: `must be an object, is ${show(task)}` }];
  return [
    ...must(task, 'name', 'a text that is not empty', path),
    ...must(task, 'weight', 'a number of 0 or more', path),
    ...must(task, 'timeoutMs', 'a positive number', path),
    ...(Number(task.timeoutMs) > MAX_TIMEOUT_MS
      ? [{ path: `${path}.timeoutMs`, message: `must be at most ${MAX_TIMEOUT_MS}, is ${task.timeoutMs}` }]
      : []),
    ...must(task, 'message', 'a function', path),
    ...(task.isReply === undefined && !hasCorrelation
      ? [{ path: `${path}.isReply`, message: 'is missing: without it and without "correlation" no reply is ever recognised' }]
      : may(task, 'isReply', path)),
    ...may(task, 'failure', path),
    ...may(task, 'onReply', path),
  ];
}

/** An optional member that must have both of its functions. */
function pairIssues(scenario: Fields, key: string, members: readonly [string, string]): ConfigIssue[] {
  const value = scenario[key];
  if (value === undefined) return [];
  if (!isObject(value)) return [{ path: key, message: `must be an object with "${members.join('" and "')}", is ${show(value)}` }];
  return members.flatMap((member) => must(value, member, 'a function', key));
}

function must(fields: Fields, key: string, kind: Kind, path?: string): ConfigIssue[] {
  const value = fields[key];
  return is(value, kind) ? [] : [{ path: joined(path, key), message: `must be ${kind}, is ${show(value)}` }];
}

function may(fields: Fields, key: string, path?: string): ConfigIssue[] {
  return fields[key] === undefined ? [] : must(fields, key, 'a function', path);
}

function is(value: unknown, kind: Kind): boolean {
  if (kind === 'a function') return typeof value === 'function';
  if (kind === 'a text that is not empty') return isText(value);
  return typeof value === 'number' && Number.isFinite(value) && (kind === 'a positive number' ? value > 0 : value >= 0);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const joined = (path: string | undefined, key: string): string => (path === undefined ? key : `${path}.${key}`);

/** What was seen, without what may be secret in it. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  return typeof value === 'object' || typeof value === 'function'
    ? `a${typeof value === 'object' ? 'n object' : ' function'}`
    : String(value);
}
