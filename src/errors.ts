/** Exit codes of every command, the same for every output format. */
export const ExitCode = {
  pass: 0,
  fail: 1,
  usage: 2,
  inconclusive: 3,
  preflightFailed: 4,
  aborted: 5,
  internal: 70,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure that its reader can mend: printed as one message without a stack trace. */
export class KnownError extends Error {
  override name = 'KnownError';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Wrong flags, or a file named on the command line that cannot be used. */
export class UsageError extends KnownError {
  override name = 'UsageError';
  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.usage, options);
  }
}

/** One mistake in a configuration: where it is, what is wrong, how to mend it. */
export interface ConfigIssue {
  /** Dotted path in the file or the flag's name, e.g. `load_pattern.stages[2].target_users`, `--users`. */
  path: string;
  message: string;
}

/** Every mistake of a configuration at once. */
export class ConfigError extends UsageError {
  override name = 'ConfigError';
  constructor(
    source: string,
    readonly issues: readonly ConfigIssue[],
  ) {
    const lines = issues.map((issue) => `  ${issue.path}: ${issue.message}`);
    super(`${source} cannot be used:\n${lines.join('\n')}`);
  }
}

/** The text of anything that was thrown, with its causes: `connect failed: ECONNREFUSED`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || ('code' in error ? String(error.code) : error.name);
  // An AggregateError (a connect that tried several addresses) often has no message of its own.
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner === undefined) return own;
  const cause = messageOf(inner);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}
