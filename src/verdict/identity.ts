import type { ComponentIdentity } from '../journal/event.js';
import { compareText } from './accumulate/tally.js';
import type { TargetFacts } from './accumulate/target.js';
import type { ComponentRow, ComponentState } from './run-result.js';

/** Compares what every component was before and after the load. Ordered by role and name. */
export function componentRows({ start, end }: TargetFacts['identities']): ComponentRow[] {
  const before = byKey(start ?? []);
  const after = byKey(end ?? []);
  return [...new Set([...before.keys(), ...after.keys()])].sort(compareText).map((key) => componentRow(before.get(key), after.get(key)));
}

/** Several samplers may tell of one component: by container and by process it has two identities that are not compared. */
const byKey = (components: readonly ComponentIdentity[]): Map<string, ComponentIdentity> =>
  new Map(components.map((one) => [JSON.stringify([one.role, one.name, one.source]), one]));

function componentRow(before: ComponentIdentity | undefined, after: ComponentIdentity | undefined): ComponentRow {
  const { name, role, source } = (before ?? after) as ComponentIdentity;
  const change = before && after ? changeOf(before, after) : null;
  const status = before === undefined || after === undefined ? 'unknown' : change === null ? 'same' : 'changed';
  return { name, role, source, start: stateOf(before), end: stateOf(after), status, change };
}

function stateOf(component: ComponentIdentity | undefined): ComponentState | null {
  if (component === undefined) return null;
  const { name: _name, role: _role, source: _source, ...state } = component;
  return state;
}

function changeOf(before: ComponentIdentity, after: ComponentIdentity): string | null {
  const image = differs(before.image, after.image) ? `image ${before.image} → ${after.image}` : undefined;
  const started = after.startedAt === undefined ? undefined : `started at ${after.startedAt}`;
  const because = (...parts: (string | undefined)[]): string => `(${parts.filter((part) => part !== undefined).join(', ')})`;
  if (before.id !== after.id) return `was replaced ${because(`${before.source} ${short(before.id)} → ${short(after.id)}`, image, started)}`;
  if (differs(before.restartCount, after.restartCount)) {
    return `was restarted ${because(`RestartCount ${before.restartCount} → ${after.restartCount}`, started)}`;
  }
  if (differs(before.startedAt, after.startedAt)) return `was restarted (started at ${before.startedAt} → ${after.startedAt})`;
  return image === undefined ? null : `runs another one (${image})`;
}

/** What was not told at one end is no change. */
const differs = <T>(before: T | undefined, after: T | undefined): boolean =>
  before !== undefined && after !== undefined && before !== after;

/** As the command line of Docker shows ids. A process's id is left as it is. */
const short = (id: string): string => (/^[0-9a-f]{13,}$/.test(id) ? id.slice(0, 12) : id);
