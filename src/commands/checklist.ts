import type { Redactor } from '../bundle/redact.js';
import type { CheckResultEvent } from '../journal/event.js';
import { type PreflightOptions, type PreflightResult, runPreflight } from '../preflight/runner.js';
import { visible } from '../report/text.js';
import type { Io } from './io.js';

export interface ChecklistRun extends Omit<PreflightOptions, 'onStart' | 'onUpdate'> {
  /** Sees to it that nothing secret is shown or returned. */
  redactor: Pick<Redactor, 'redactData'>;
}

/** Runs a checklist and shows how it goes. */
export async function runChecklist({ redactor, ...options }: ChecklistRun, io: Pick<Io, 'say' | 'block'>): Promise<PreflightResult> {
  const list = new LiveList(options.checks, io);
  const { passed, results } = await runPreflight({
    ...options,
    onStart: ({ id }) => list.start(id),
    onUpdate: (report) => list.finish(redactor.redactData(report)),
  });
  return { passed, results: results.map(redactor.redactData) };
}

const MARKS: Record<CheckResultEvent['status'], string> = { pass: '✔', warn: '!', fail: '✘', skip: '-', error: '?' };

const RUNNING = '»';

type Item = Pick<CheckResultEvent, 'check' | 'status' | 'title' | 'observed' | 'recommended'>;

/**
 * The checklist in a terminal, where each line turns from waiting to its result. Lines with nothing unfinished above them are said for good:
 * so they are whole, come in the order of the list, and are all that is seen where nothing can be replaced.
 */
export class LiveList {
  readonly #io: Pick<Io, 'say' | 'block'>;
  /** Those that are not said yet. */
  #lines: { id: string; text: string; isFinished: boolean }[];

  constructor(checks: readonly { id: string; title: string }[], io: Pick<Io, 'say' | 'block'>) {
    this.#io = io;
    this.#lines = checks.map(({ id, title }) => ({ id, text: `  ${visible(title)}`, isFinished: false }));
    this.#show();
  }

  start(id: string): void {
    const line = this.#lines.find((one) => one.id === id);
    if (line) line.text = line.text.replace(' ', RUNNING);
    this.#show();
  }

  finish(report: Item): void {
    const line = this.#lines.find(({ id }) => id === report.check);
    if (line) {
      line.text = describe(report);
      line.isFinished = true;
    }
    const unfinished = this.#lines.findIndex(({ isFinished }) => !isFinished);
    const done = this.#lines.splice(0, unfinished === -1 ? this.#lines.length : unfinished);
    // First, since what is said must not stand below as well.
    this.#show();
    for (const { text } of done) this.#io.say(text);
  }

  #show(): void {
    this.#io.block(this.#lines.map(({ text }) => text));
  }
}

const describe = ({ status, title, observed, recommended }: Item): string =>
  `${MARKS[status]} ${visible(title)}${recommended ? ' (recommended)' : ''}: ${visible(observed)}`;
