import type { JournalEvent } from '../../journal/event.js';
import { sumOf } from '../../verdict/accumulate/tally.js';
import { isAlarming } from './log-lines.js';
import type { RecentEvents } from './recent-events.js';

/** What happens to a target that is not well, or not the same any more. */
const HARM = new Set(['die', 'oom', 'kill', 'stop', 'pause', 'destroy', 'start', 'restart', 'restarted', 'replaced', 'unhealthy', 'lost']);

/** Puts what an event means for people among the last events. Readings and seconds without trouble mean nothing by themselves. */
export function tellEvent(event: JournalEvent, events: RecentEvents): void {
  const { t } = event;
  switch (event.type) {
    case 'stage.start':
      return events.add(t, 'plan', `stage ${event.index + 1}: ${event.name}, ${event.users} users`);
    case 'load.adjust':
      return events.add(t, 'note', `${signed(event.users)} users against the plan`, { last: event.type });
    case 'load.end':
      return events.add(t, event.reason === 'error' ? 'bad' : 'plan', `the load has ended${reasonOf(event)}`);
    case 'target.event':
      return events.add(
        t,
        HARM.has(event.what) ? 'bad' : 'note',
        `${event.component}: ${event.what}${event.detail === undefined ? '' : ` (${event.detail})`}`,
      );
    case 'sampler.error':
      return events.add(t, 'bad', `${event.sampler}: ${event.message}`);
    case 'identity.error':
      return events.add(t, 'bad', event.message);
    case 'log.example':
      return isAlarming(event.pattern) ? events.add(t, 'note', `${event.backend}: ${event.pattern}: ${event.line}`) : undefined;
    case 'load.second':
      return tellSecond(event, events);
    case 'canary.second':
      return tellCanaries(event, events);
    case 'external.start':
      return events.add(t, 'plan', `${event.tool} begins`);
    case 'external.end':
      return events.add(t, 'plan', `the tool has ended: ${event.signal ?? `exit code ${event.exitCode ?? 'unknown'}`}`);
    case 'run.end':
      return event.message === undefined ? undefined : events.add(t, 'bad', `${event.reason}: ${event.message}`);
  }
}

function tellSecond({ t, drops, exceptions }: Extract<JournalEvent, { type: 'load.second' }>, events: RecentEvents): void {
  for (const [kind, count] of Object.entries(drops)) events.add(t, 'bad', `connections dropped: ${kind}`, { count });
  for (const [message, count] of Object.entries(exceptions)) events.add(t, 'bad', `the scenario threw: ${message}`, { count });
}

function tellCanaries({ t, lost, failures, duplicates }: Extract<JournalEvent, { type: 'canary.second' }>, events: RecentEvents): void {
  if (lost > 0) events.add(t, 'bad', 'canaries lost', { count: lost });
  if (duplicates > 0) events.add(t, 'bad', 'canaries arrived twice', { count: duplicates });
  if (sumOf(failures) > 0) events.add(t, 'bad', 'canaries that Redis refused', { count: sumOf(failures) });
}

const signed = (users: number): string => `${users < 0 ? '' : '+'}${users}`;

function reasonOf({ reason, message }: Extract<JournalEvent, { type: 'load.end' }>): string {
  if (reason === 'completed') return '';
  return message === undefined ? `: ${reason}` : `: ${message}`;
}
