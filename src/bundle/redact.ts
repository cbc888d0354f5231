/** What stands where a secret stood. */
const REDACTED = '<redacted>';

/** Shorter ones would take ordinary text apart. They are never written in the first place. */
const LEAST_LENGTH = 4;

/** Secrets by their form, known to the process or not. */
const PATTERNS: readonly [RegExp, string][] = [
  [/([?&](?:token|access_token|refresh_token|password)=)[^&\s"'\\]+/gi, `$1${REDACTED}`],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, `$1${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, REDACTED],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^/\s:@"']*:[^/\s@"']+@/gi, `$1${REDACTED}@`],
];

/** What the pattern of a JWT takes out as a whole. */
const JWT = /^eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*$/;

/** Matches nowhere. */
const NOTHING = '[^\\s\\S]';

/** Fields whose values are words of our own. A password that is one of them ("pass", "load") must not take an event apart. */
const OWN_WORDS = new Set([
  'type',
  'status',
  'reason',
  'signal',
  'sampler',
  'check',
  'name',
  'identity',
  'tool',
  'runId',
  'rhythm',
  'method',
]);

/** Fields whose keys come from the target: codes of errors, types of frames. All other keys are ours. */
const FOREIGN_KEYS = new Set(['failures', 'replies', 'pushes', 'closes', 'drops', 'exceptions']);

/** Takes secrets out of what is about to be written or shown. */
export class Redactor {
  /** Found wherever they stand. */
  readonly #secrets = new Set<string>();
  /** Mere words and numbers, found only where they stand by themselves: "route" is no part of "route_calculated". */
  readonly #words = new Set<string>();
  /** All of them in one expression, made when it is needed: a run can know thousands. */
  #known: RegExp | undefined;

  /** Makes a secret known. Its forms in JSON and in a URL are taken out as well. */
  add(secret: string): void {
    // A JWT is known by its form, and there is a fresh one for each user again and again.
    if (secret.length < LEAST_LENGTH || JWT.test(secret)) return;
    const known = /^([a-z]+|\d+)$/i.test(secret) ? this.#words : this.#secrets;
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) known.add(form);
    this.#known = undefined;
  }

  readonly redact = (text: string): string => {
    this.#known ??= oneExpression(this.#secrets, this.#words);
    let clean = text.replace(this.#known, REDACTED);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean;
  };

  /** The same for data: every string in it but the words that are our own. */
  readonly redactData = <T>(data: T): T => this.#walk(data, '') as T;

  #walk(value: unknown, field: string): unknown {
    if (typeof value === 'string') return OWN_WORDS.has(field) ? value : this.redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((item) => this.#walk(item, field));
    const redactKeys = FOREIGN_KEYS.has(field);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [redactKeys ? this.redact(key) : key, this.#walk(item, redactKeys ? '' : key)]),
    );
  }
}

function oneExpression(secrets: Iterable<string>, words: Iterable<string>): RegExp {
  // The longest first, where one is the beginning of another.
  const either = (texts: Iterable<string>): string =>
    [...texts]
      .sort((a, b) => b.length - a.length)
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('|') || NOTHING;
  return new RegExp(`${either(secrets)}|(?<!\\w)(?:${either(words)})(?!\\w)`, 'g');
}
