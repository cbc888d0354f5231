import type { JournalEvent } from '../../journal/event.js';
import { counted, decimal } from '../format.js';
import type { RunEvent } from '../run-result.js';

type Mode = Extract<JournalEvent, { type: 'run.start' }>['mode'];

/** What begins and ends with `load.start` and `load.end`. */
const WHAT: Record<Mode, string> = { load: 'the load', external: 'the load', watch: 'the watch' };

/** What an event means for the run as a whole; undefined for one that is a reading or a detail. */
export function runEventOf(event: JournalEvent, mode: Mode): RunEvent | undefined {
  const text = textOf(event, mode);
  return text === undefined ? undefined : { t: event.t, type: event.type, text };
}

function textOf(event: JournalEvent, mode: Mode): string | undefined {
  switch (event.type) {
    case 'run.start':
      return 'the run began';
    case 'preflight.end':
      return event.passed ? 'pre-flight passed' : 'pre-flight failed';
    case 'load.start':
      return `${WHAT[mode]} began`;
    case 'stage.start':
      return `stage ${event.name} began: ${counted(event.users, 'user')} at ${decimal(event.spawnRate, 2)} a second`;
    case 'load.adjust':
      return adjustment(event.users);
    case 'load.end':
      return `${WHAT[mode]} ended: ${event.reason}${because(event.message)}`;
    case 'run.end':
      return `the run ended: ${event.reason}${because(event.signal ?? event.message)}`;
    case 'external.start':
      return `${event.tool} was started: ${event.command.join(' ')}`;
    case 'external.summary':
      return `figures of ${event.tool} were read from ${event.files.join(', ')}`;
    case 'external.end':
      return `the command ended${event.signal === undefined ? ` with exit code ${event.exitCode ?? 'unknown'}` : ` by ${event.signal}`}`;
    case 'run.finalize':
      return `late data were added: ${event.message}`;
    default:
      return undefined;
  }
}

const because = (text: string | undefined): string => (text === undefined ? '' : `, ${text}`);

function adjustment(users: number): string {
  if (users === 0) return 'users as planned again';
  return users > 0 ? `${counted(users, 'user')} more than planned` : `${counted(-users, 'user')} fewer than planned`;
}
