import type { ComponentIdentity, JournalEvent } from '../../journal/event.js';
import type { ClockRow, EvidenceFileRow, LogExampleRow, TargetEventRow } from '../run-result.js';
import { compareText } from './tally.js';

type Event<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** Examples of one pattern in one log that are kept. */
const MAX_EXAMPLES = 5;

/** What was looked at of the target beside its readings, as it was told. */
export interface TargetFacts {
  /** What was found at each end; null where nobody looked. */
  identities: { start: ComponentIdentity[] | null; end: ComponentIdentity[] | null };
  events: TargetEventRow[];
  clocks: ClockRow[];
  examples: LogExampleRow[];
  files: EvidenceFileRow[];
}

/** Collects what is told of the target beside its readings. */
export class TargetRecords {
  readonly #identities: TargetFacts['identities'] = { start: null, end: null };
  readonly #events: TargetEventRow[] = [];
  readonly #clocks = new Map<string, ClockRow>();
  readonly #examples: LogExampleRow[] = [];
  readonly #files = new Map<string, EvidenceFileRow>();

  /** Takes the events that it is about and leaves all others. */
  add(event: JournalEvent): void {
    if (event.type === 'target.identity') this.#identities[event.phase] = [...(this.#identities[event.phase] ?? []), ...event.components];
    else if (event.type === 'target.event') this.#events.push(eventRow(event));
    else if (event.type === 'clock.offset') this.#addClock(event);
    else if (event.type === 'log.example') this.#addExample(event);
    else if (event.type === 'evidence.file') {
      const { path, source, status, reason = null, bytes = null, sha256 = null } = event;
      this.#files.set(path, { path, source, status, reason, bytes, sha256 });
    }
  }

  facts(): TargetFacts {
    return {
      identities: this.#identities,
      events: [...this.#events].sort((a, b) => a.t - b.t),
      clocks: [...this.#clocks.values()].sort((a, b) => compareText(a.source, b.source)),
      examples: this.#examples,
      files: [...this.#files.values()].sort((a, b) => compareText(a.path, b.path)),
    };
  }

  #addClock({ source, offsetMs, uncertaintyMs }: Event<'clock.offset'>): void {
    const row = this.#clocks.get(source) ?? { source, readings: 0, offsetMs, uncertaintyMs, minMs: offsetMs, maxMs: offsetMs };
    row.readings++;
    row.minMs = Math.min(row.minMs, offsetMs);
    row.maxMs = Math.max(row.maxMs, offsetMs);
    if (uncertaintyMs < row.uncertaintyMs) {
      row.offsetMs = offsetMs;
      row.uncertaintyMs = uncertaintyMs;
    }
    this.#clocks.set(source, row);
  }

  #addExample({ t, backend, pattern, line }: Event<'log.example'>): void {
    const known = this.#examples.filter((one) => one.backend === backend && one.pattern === pattern).length;
    if (known < MAX_EXAMPLES) this.#examples.push({ t, backend, pattern, line });
  }
}

const eventRow = ({ t, sampler, component, what, detail, sourceTime }: Event<'target.event'>): TargetEventRow => ({
  t,
  sampler,
  component,
  what,
  detail: detail ?? null,
  sourceTime: sourceTime ?? null,
});
