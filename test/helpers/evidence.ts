import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEvent, LoadSecond } from '../../src/journal/event.js';
import { readJournal } from '../../src/journal/reader.js';

type EventOf<T extends JournalEvent['type']> = Extract<JournalEvent, { type: T }>;

/** The evidence of one run, as a test looks at it. */
export class Evidence {
  readonly events: JournalEvent[];

  constructor(readonly folder: string) {
    this.events = [...readJournal(join(folder, 'journal.ndjson'))];
  }

  /** The only run under `out`. */
  static only(out: string): Evidence {
    const [run, ...others] = readdirSync(out);
    if (run === undefined || others.length > 0) throw new Error(`${out} does not hold exactly one run`);
    return new Evidence(join(out, run));
  }

  of<T extends JournalEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  json(file: string) {
    return JSON.parse(readFileSync(join(this.folder, file), 'utf8'));
  }

  /** Sums of one task over the whole load. */
  task(name: string) {
    const sum = { requests: 0, failures: {} as Record<string, number>, replies: {} as Record<string, number>, late: 0 };
    for (const second of this.of('load.second')) {
      const task = second.tasks[name];
      if (!task) continue;
      sum.requests += task.requests;
      sum.late += task.late;
      add(sum.failures, task.failures);
      add(sum.replies, task.replies);
    }
    return sum;
  }

  counts(field: 'pushes' | 'closes' | 'drops' | 'exceptions'): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const second of this.of('load.second') as LoadSecond[]) add(sum, second[field]);
    return sum;
  }

  /** All readings of one metric, in order, by one attribute's value. */
  readings(name: string, attribute: string): Record<string, { t: number; value: number }[]> {
    const series: Record<string, { t: number; value: number }[]> = {};
    for (const event of this.of('sample')) {
      for (const sample of event.samples) {
        if (sample.name !== name) continue;
        const key = sample.attributes?.[attribute] ?? '';
        series[key] = [...(series[key] ?? []), { t: event.t, value: sample.value }];
      }
    }
    return series;
  }

  /** Every file with its bytes, by its path in the folder. */
  files(): Record<string, string> {
    const paths = readdirSync(this.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      paths.map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')]),
    );
  }
}

function add(into: Record<string, number>, counts: Record<string, number>): void {
  for (const [label, count] of Object.entries(counts)) into[label] = (into[label] ?? 0) + count;
}
