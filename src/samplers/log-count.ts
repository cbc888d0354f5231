import type { LogArchive } from './log-archive.js';
import type { LogLine, LogSink } from './log-contract.js';
import type { LineMatcher } from './log-patterns.js';
import type { Reading } from './sampler.js';

const EXAMPLES = 3;
const LONGEST_EXAMPLE = 500;

/** One of the first lines that matched a pattern. */
export interface Example {
  backend: string;
  pattern: string;
  line: string;
}

/** What was read of one backend's log since the start. Whatever is read goes through {@link line}. */
export class LogCount implements LogSink {
  #lines = 0;
  /** Pattern's name → lines that matched it. */
  readonly #matches: Map<string, number>;
  #examples: Example[] = [];

  constructor(
    readonly backend: string,
    patterns: readonly string[],
    private readonly matcher: LineMatcher,
    private readonly archive?: LogArchive,
  ) {
    this.#matches = new Map(patterns.map((name) => [name, 0]));
  }

  line(line: LogLine): void {
    this.#lines += 1;
    for (const pattern of this.matcher(line.text)) {
      const before = this.#matches.get(pattern) ?? 0;
      this.#matches.set(pattern, before + 1);
      if (before < EXAMPLES) this.#examples.push({ backend: this.backend, pattern, line: shortened(line.text) });
    }
    this.archive?.write(line);
  }

  ready(): Promise<void> | undefined {
    return this.archive?.ready();
  }

  /** Examples since the last call. */
  takeExamples(): Example[] {
    return this.#examples.splice(0);
  }

  readings(): Reading[] {
    const attributes = { backend: this.backend };
    return [
      { name: 'log.lines', value: this.#lines, attributes },
      ...[...this.#matches].map(([pattern, value]) => ({ name: 'log.matches' as const, value, attributes: { ...attributes, pattern } })),
    ];
  }
}

/** The beginning of a long line, without the word that is cut: half a secret is one that nobody would find. */
function shortened(text: string): string {
  return text.length <= LONGEST_EXAMPLE ? text : `${text.slice(0, LONGEST_EXAMPLE - 1).replace(/\S+$/, '')}…`;
}
