import type { JournalEvent } from '../../journal/event.js';
import type { ExternalLoad, ExternalRow } from '../run-result.js';

/** The sum that Locust adds to its rows. */
const SUM = 'Aggregated';

type Row = Extract<JournalEvent, { type: 'external.summary' }>['rows'][number];

const toRow = ({ failures, ...row }: Row): ExternalRow => ({ ...row, failures: failures ?? null });

/** Collects what is told of another tool's load. */
export class ExternalRecords {
  #load: ExternalLoad | null = null;

  /** Takes the events that it is about and leaves all others. */
  add(event: JournalEvent): void {
    if (event.type === 'external.start') this.#load = { ...this.#of(event.tool), command: event.command };
    else if (event.type === 'external.end') {
      this.#load = { ...this.#of('the command'), ended: { exitCode: event.exitCode ?? null, signal: event.signal ?? null } };
    } else if (event.type === 'external.summary') {
      // A sum beside its parts would count everything twice.
      const parts = event.rows.filter(({ name }) => name !== SUM);
      this.#load = { ...this.#of(event.tool), files: event.files, rows: (parts.length > 0 ? parts : event.rows).map(toRow) };
    }
  }

  load(): ExternalLoad | null {
    return this.#load;
  }

  #of(tool: string): ExternalLoad {
    return this.#load ?? { tool, command: [], ended: null, files: null, rows: [] };
  }
}
