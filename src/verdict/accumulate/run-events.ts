import type { JournalEvent } from '../../journal/event.js';
import { counted, decimal } from '../format.js';
import type { RunEvent } from '../run-result.js';

/** What an event means for the run as a whole; undefined for one that is a reading or a detail. */
export function runEventOf(event: JournalEvent): RunEvent | undefined {
  const text = textOf(event);
  return text === undefined ? undefined : { t: event.t, type: event.type, text };
}

function textOf(event: JournalEvent): string | undefined {
  switch (event.type) {
    case 'run.start':
      return 'the run began';
    case 'preflight.end':
      return event.passed ? 'pre-flight passed' : 'pre-flight failed';
    case 'load.start':
      return 'the load began';
    case 'stage.start':
      return `stage ${event.name} began: ${counted(event.users, 'user')} at ${decimal(event.spawnRate, 2)} a second`;
    case 'load.adjust':
      return adjustment(event.users);
    case 'load.end':
      return `the load ended: ${event.reason}${because(event.message)}`;
    case 'run.end':
      return `the run ended: ${event.reason}${because(event.signal ?? event.message)}`;
    default:
      return undefined;
  }
}

const because = (text: string | undefined): string => (text === undefined ? '' : `, ${text}`);

function adjustment(users: number): string {
  if (users === 0) return 'users as planned again';
  return users > 0 ? `${counted(users, 'user')} more than planned` : `${counted(-users, 'user')} fewer than planned`;
}
