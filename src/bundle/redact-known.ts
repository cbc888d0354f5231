import { formsOf } from './redact-forms.js';
import { decoded } from './redact-names.js';
import { TOKEN_START, tokenAt } from './redact-token.js';

/** Shorter ones would take ordinary text apart. They are never written in the first place. */
const LEAST_LENGTH = 4;

/** What the pattern of a JWT takes out as a whole. */
const JWT = /^eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*$/;

/** Mere words and small numbers. Found only where they stand by themselves: "route" is no part of "route_calculated". */
const WORD = /^(?:[a-z]{1,15}|[A-Z][a-z]{1,14}|[A-Z]{1,15}|\d{1,7}|(?=.{1,24}$)[a-z]+(?:[._][a-z]+)+)$/;

const HASH_BITS = 20;
const HASH_MASK = (1 << HASH_BITS) - 1;
/** Characters that the hash is of: each one is shifted out by the fourth after it. */
const WINDOW = 4;

interface Known {
  secret: string;
  text: string;
  isInside: boolean;
}

/** Which of the known secrets are looked for: mere words, or all others. */
export type Strength = 'strong' | 'weak';

/** Secrets that are known literally, in all their forms. What it costs to look for them does not depend on how many they are. */
export class KnownSecrets {
  readonly #secrets = new Set<string>();
  readonly #byForm = new Map<string, string>();
  readonly #tables = { strong: new FormTable(false), weak: new FormTable(true) };

  get size(): number {
    return this.#secrets.size;
  }

  /** Makes a secret known. */
  add(secret: string): void {
    for (const one of new Set([secret, secret.trim()])) this.#addOne(one);
  }

  #addOne(secret: string): void {
    // A JWT is known by its form, and there is a fresh one for each user again and again.
    if (secret.length < LEAST_LENGTH || this.#secrets.has(secret) || JWT.test(secret) || tokenAt(secret, 0) === secret.length) return;
    this.#secrets.add(secret);
    const isWord = WORD.test(secret);
    // The password of a URL is told as it is written there and as it is meant: that is one secret.
    const meant = decoded(secret);
    for (const { text, isInside } of formsOf(secret)) {
      if (text.length < LEAST_LENGTH) continue;
      if (!isInside && !this.#byForm.has(text)) this.#byForm.set(text, meant);
      const table = isWord && !isInside ? this.#tables.weak : this.#tables.strong;
      table.add({ secret: meant, text, isInside });
    }
  }

  /** The secret that a text is a form of. */
  secretOf(form: string): string | undefined {
    return this.#byForm.get(form);
  }

  /** The text with each form of a known secret replaced by what `hide` gives for the secret. What has been replaced before is left. */
  replace(text: string, strength: Strength, hide: (secret: string, found: string) => string): string {
    return this.#tables[strength].replace(text, hide);
  }

  /** Where a known form stands that begins before `at` and ends behind it; undefined where there is none. */
  across(text: string, at: number): number | undefined {
    return this.#tables.strong.across(text, at);
  }
}

/** Many texts that are looked for at once, by a hash of their first characters that is carried from one character to the next. */
class FormTable {
  readonly #isThere = new Uint8Array(1 << (HASH_BITS - 3));
  readonly #byHash = new Map<number, Known[]>();
  readonly #standsAlone: boolean;
  #isEmpty = true;
  #longest = 0;

  constructor(standsAlone: boolean) {
    this.#standsAlone = standsAlone;
  }

  add(known: Known): void {
    let hash = 0;
    for (let at = 0; at < WINDOW; at++) hash = ((hash << 5) ^ known.text.charCodeAt(at)) & HASH_MASK;
    const bucket = this.#byHash.get(hash) ?? [];
    if (bucket.some(({ text }) => text === known.text)) return;
    bucket.push(known);
    // The longest first, where one is the beginning of another.
    bucket.sort((a, b) => b.text.length - a.text.length);
    this.#byHash.set(hash, bucket);
    this.#isThere[hash >> 3] = (this.#isThere[hash >> 3] ?? 0) | (1 << (hash & 7));
    this.#isEmpty = false;
    this.#longest = Math.max(this.#longest, known.text.length);
  }

  replace(text: string, hide: (secret: string, found: string) => string): string {
    if (this.#isEmpty) return text;
    let clean = '';
    let done = 0;
    this.#scan(text, (begin, end, known) => {
      clean += text.slice(done, begin) + hide(known.secret, text.slice(begin, end));
      done = end;
    });
    return done === 0 ? text : clean + text.slice(done);
  }

  across(text: string, at: number): number | undefined {
    let found: number | undefined;
    const from = Math.max(0, at - this.#longest);
    this.#scan(text.slice(from, at + this.#longest), (begin, end) => {
      if (from + begin < at && from + end > at) found = from + begin;
    });
    return found;
  }

  #scan(text: string, onFound: (begin: number, end: number, known: Known) => void): void {
    const isThere = this.#isThere;
    let hash = 0;
    /** What is before it has been dealt with. */
    let floor = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      hash = ((hash << 5) ^ code) & HASH_MASK;
      if (code === TOKEN_START) {
        const end = tokenAt(text, at);
        if (end > at) {
          floor = end;
          at = end - 1;
          continue;
        }
      }
      if (((isThere[hash >> 3] ?? 0) & (1 << (hash & 7))) === 0) continue;
      const begin = at - WINDOW + 1;
      if (begin < floor) continue;
      const known = this.#byHash.get(hash)?.find((one) => text.startsWith(one.text, begin) && this.#fits(text, begin, one.text.length));
      if (known === undefined) continue;
      const [from, to] = known.isInside ? wordAround(text, begin, begin + known.text.length, floor) : [begin, begin + known.text.length];
      onFound(from, to, known);
      floor = to;
      at = to - 1;
    }
  }

  #fits(text: string, begin: number, length: number): boolean {
    return !this.#standsAlone || !(isWordCharacter(text.charCodeAt(begin - 1)) || isWordCharacter(text.charCodeAt(begin + length)));
  }
}

/** The whole word of base64 around a part of it. */
function wordAround(text: string, begin: number, end: number, floor: number): [number, number] {
  let from = begin;
  let to = end;
  while (from > floor && isBase64(text.charCodeAt(from - 1))) from -= 1;
  while (to < text.length && isBase64(text.charCodeAt(to))) to += 1;
  return [from, to];
}

/** NaN, beyond the ends of a text, is none. */
function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}

function isBase64(code: number): boolean {
  return isWordCharacter(code) || code === 43 || code === 45 || code === 47 || code === 61;
}
