import type { TargetFacts } from '../accumulate/target.js';
import { clock, counted } from '../format.js';
import { componentRows } from '../identity.js';
import type { ComponentRow, TargetEventRow } from '../run-result.js';
import { BUILT_IN, baseOf, type Criterion, held, inconclusive, NO_LOAD, warned } from './criterion.js';

export const IDENTITY = 'identity';

/** Events of a component's life. By each of them it is proven not to be the same any more. */
const CHANGES = ['die', 'oom', 'start', 'restart', 'restarted', 'replaced'];

/** Events of the window that are told in full. */
const MAX_TOLD = 6;

/**
 * What was tested at the end is what was tested at the start: a component that was restarted has forgotten its sockets and sessions,
 * and one that was replaced is another one. Judged wherever something identifies the target, or backends are configured.
 */
export const identity: Criterion = (facts) => {
  const { start, target, measured } = facts;
  const { identities } = target;
  const events = target.events.filter(
    ({ t, what }) => CHANGES.includes(what) && measured !== null && t >= measured.from && t <= measured.to,
  );
  if (identities.start === null && identities.end === null && start.backends.length === 0 && events.length === 0) return [];
  const ends = Number(identities.start !== null) + Number(identities.end !== null);
  const rule = baseOf(facts, {
    id: IDENTITY,
    title: 'The target stayed the same',
    required: false,
    threshold: 'the same before and after',
    limit: 0,
    unit: '{count}',
    source: sourcesOf(target.identities),
    thresholdFrom: BUILT_IN,
    minSamples: 2,
  });
  const base = { ...rule, samples: ends };
  if (measured === null) return [inconclusive(base, 'no_load', NO_LOAD)];
  const components = componentRows(identities);
  const changed = components.filter(({ status }) => status === 'changed');
  const unread = unreadOf(components, start.backends);
  const seen = events.length > 0 ? [`during the load: ${told(events)}`] : [];
  if (changed.length > 0 || events.length > 0) {
    const names = new Set([...changed.map(({ name }) => name), ...events.map(({ component }) => component)]);
    const evidence = [...changed.map(({ name, change }) => `${name} ${change}`), ...seen, ...unread].join('; ');
    return [warned(base, false, `${names.size} changed`, names.size, evidence)];
  }
  if (unread.length > 0) return [inconclusive(base, 'no_data', unread.join('; '))];
  const what = `${counted(components.length, 'component')} with the same id, start, image and RestartCount, as far as they are told, before and after the load`;
  return [held(base, 'the same', 0, what)];
};

/** Who told what the target is. */
function sourcesOf({ start, end }: TargetFacts['identities']): string {
  const sources = [...new Set([...(start ?? []), ...(end ?? [])].map(({ source }) => source))].sort();
  return sources.length === 0 ? 'nothing' : sources.join(', ');
}

function unreadOf(components: readonly ComponentRow[], backends: readonly string[]): string[] {
  const halves = components.filter(({ status }) => status === 'unknown');
  const unread = (which: string, names: readonly string[]) => (names.length === 0 ? [] : [`${names.join(', ')} not identified ${which}`]);
  return [
    ...unread(
      'at either end',
      backends.filter((backend) => !components.some(({ role, name }) => role === 'backend' && name === backend)),
    ),
    ...unread(
      'before the load',
      halves.filter(({ start }) => start === null).map(({ name }) => name),
    ),
    ...unread(
      'after the load',
      halves.filter(({ end }) => end === null).map(({ name }) => name),
    ),
  ];
}

function told(events: readonly TargetEventRow[]): string {
  const first = events.slice(0, MAX_TOLD).map(({ component, what, t }) => `${component} ${what} at ${clock(t)}`);
  return [...first, ...(events.length > MAX_TOLD ? [`${events.length - MAX_TOLD} more`] : [])].join(', ');
}
