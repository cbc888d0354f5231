import { isEnvFile, redactEnvFile } from './redact-environment.js';
import { KnownSecrets } from './redact-known.js';
import { isHarmless, isSecretName, isShownVariable } from './redact-names.js';
import { PemRedactor } from './redact-pem.js';
import type { Rule } from './redact-rule.js';
import { HINT, RULES } from './redact-rules.js';
import { RedactingStream } from './redact-stream.js';
import { isToken, tokenMaker } from './redact-token.js';

/** What was taken out of one file. */
export interface RedactedFile {
  file: string;
  /** How often, by what it was found by: `known`, `jwt`, `url-password`, `environment`, … */
  counts: Record<string, number>;
}

/** What was taken out where. It has no secret in it. */
export interface RedactionReport {
  /** Of everything, in files and on the screen. */
  total: Record<string, number>;
  /** By name; files of which nothing was taken out are not there. */
  files: RedactedFile[];
}

/** Fields of events whose values are words of our own. A password that is one of them ("pass", "load") must not take an event apart. */
const OWN_WORDS = new Set([
  ...['type', 'status', 'reason', 'signal', 'sampler', 'check', 'identity', 'tool', 'runId', 'rhythm', 'method', 'mode', 'phase', 'role'],
  ...['what', 'source', 'samplers', 'recommended'],
]);

/** Fields that are our words in some events and told by the world in others: why a file is missing, why a run ended. */
const ALSO_TOLD = new Set(['reason', 'status', 'source', 'identity', 'tool', 'check', 'signal']);

/** Fields with names that things are known by, by which events are joined: a password that is a mere word is no part of them. */
const NAMES = new Set([
  'name',
  'component',
  'backend',
  'backends',
  'pattern',
  'path',
  'files',
  'scenario',
  'attributes',
  'container',
  'title',
]);

/** Fields whose keys come from the target: codes of errors, types of frames. All other keys are ours. */
const FOREIGN_KEYS = new Set(['failures', 'replies', 'pushes', 'closes', 'drops', 'exceptions', 'errors', 'lostBy', 'missing']);

const ENVIRONMENT = /^(?:env|environ|environment|env_?vars)$/i;

/** What is taken out of words of our own, of names, and of everything else. */
type Care = 'own' | 'names' | 'all';

/** Twice is enough for nearly every text in which what was taken out shows something else. */
const MOST_PASSES = 4;

/** Takes secrets out of what is about to be written or shown. All writers of one run share one, so that a secret has one token in all files. */
export class Redactor {
  readonly #known = new KnownSecrets();
  readonly #token = tokenMaker();
  readonly #counts = new Map<string, Map<string, number>>();
  /** For what is written nowhere: the screen. */
  readonly #screen = new FileRedactor(this, '');

  /** Makes a secret known. Its forms in JSON, in URLs, in HTML, in base64 and in logs are taken out as well. */
  add(secret: string): void {
    this.#known.add(secret);
  }

  readonly redact = (text: string): string => this.#screen.redact(text);

  /** The same for data: every string in it but the words that are our own. */
  readonly redactData = <T>(data: T): T => this.#screen.redactData(data);

  /** The same, counted as what was taken out of this file. @param file relative to the run's folder, with `/` */
  for(file: string): FileRedactor {
    return new FileRedactor(this, file);
  }

  /** Only without what nothing but a secret looks like, and what is known: for texts of our own, which say "password: must be a text". */
  redactCertain(text: string): string {
    const known = this.#known.replace(text, 'strong', (secret) => this.hide(secret, '', 'known'));
    const pem = new PemRedactor().redact(known, (secret) => this.hide(secret, '', 'private-key'));
    return applyRules(pem, (rule) => (rule.isCertain ? (secret, plain) => this.hide(secret, '', rule.kind, plain) : undefined));
  }

  /** What was taken out so far. */
  report(): RedactionReport {
    const total: Record<string, number> = {};
    const files: RedactedFile[] = [];
    for (const [file, counts] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const [kind, count] of counts) total[kind] = (total[kind] ?? 0) + count;
      if (file !== '') files.push({ file, counts: sorted(counts) });
    }
    return { total: sorted(Object.entries(total)), files };
  }

  /**
   * What would be taken out of a text by what is certain: known secrets and what nothing but a secret looks like. By kind, how often.
   *
   * @param withWords Also known secrets that are mere words, which may stand in texts of our own.
   */
  find(text: string, withWords = false): Record<string, number> {
    const found = new Map<string, number>();
    const seen = (kind: string) => (secret: string) => {
      if (isToken(secret)) return secret;
      found.set(kind, (found.get(kind) ?? 0) + 1);
      // So that nothing is found twice.
      return '<redacted>';
    };
    const known = this.#known.replace(text, 'strong', seen('known'));
    const rest = new PemRedactor().redact(withWords ? this.#known.replace(known, 'weak', seen('known')) : known, seen('private-key'));
    applyRules(rest, (rule) => (rule.isCertain ? seen(rule.kind) : undefined));
    return sorted(found);
  }

  /** Where a known secret stands that goes over this place; undefined where none does. */
  across(text: string, at: number): number | undefined {
    return this.#known.across(text, at);
  }

  /** Without what is secret in it. For {@link FileRedactor}. */
  clean(text: string, file: string, care: Exclude<Care, 'own'>, pem: PemRedactor): string {
    const known = this.#known.replace(text, 'strong', (secret) => this.hide(secret, file, 'known'));
    let clean = pem.redact(known, (secret) => this.hide(secret, file, 'private-key'));
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const next = this.#pass(clean, file, care);
      if (next === clean) break;
      clean = this.#known.replace(next, 'strong', (secret) => this.hide(secret, file, 'known'));
    }
    return clean;
  }

  #pass(text: string, file: string, care: Exclude<Care, 'own'>): string {
    const variables = isEnvFile(text) ? redactEnvFile(text, (secret) => this.hide(secret, file, 'environment')) : text;
    const clean = applyRules(variables, (rule) => (secret, plain) => this.hide(secret, file, rule.kind, plain));
    return care === 'all' ? this.#known.replace(clean, 'weak', (secret) => this.hide(secret, file, 'known')) : clean;
  }

  /** What stands for a secret. @param plain The secret without the escapes of its place. */
  hide(secret: string, file: string, kind: string, plain = secret): string {
    if (isToken(secret)) return secret;
    const counts = this.#counts.get(file) ?? new Map<string, number>();
    this.#counts.set(file, counts.set(kind, (counts.get(kind) ?? 0) + 1));
    return this.#token(this.#known.secretOf(secret) ?? this.#known.secretOf(plain) ?? plain);
  }
}

/** Takes secrets out of what goes to one file. */
export class FileRedactor {
  readonly #redactor: Redactor;
  readonly #file: string;
  /** Whether the data are events of ours, and not documents of others. */
  #isEvents = true;

  constructor(redactor: Redactor, file: string) {
    this.#redactor = redactor;
    this.#file = file;
  }

  readonly redact = (text: string): string => this.#text(text, 'all');

  /** Data, as {@link Redactor.redactData}. */
  readonly redactData = <T>(data: T): T => this.#walk(data, '', 'all') as T;

  /** A whole file of others by what it is: JSON stays JSON. */
  redactFile(content: string): string {
    this.#isEvents = false;
    if (!this.#file.endsWith('.json')) return this.redact(content);
    let data: unknown;
    try {
      data = JSON.parse(content);
    } catch {
      // What is no JSON, whatever its name, is a text.
      return this.redact(content);
    }
    const indent = content.includes('\n  ') ? 2 : undefined;
    return `${JSON.stringify(this.redactData(data), undefined, indent)}${content.endsWith('\n') ? '\n' : ''}`;
  }

  /** For a text that comes as whole lines, many at a time: it remembers a private key whose end has not come. */
  lines(): (text: string) => string {
    const pem = new PemRedactor();
    return (text) => this.#redactor.clean(text, this.#file, 'all', pem);
  }

  /** For a text that comes in pieces, cut anywhere. */
  stream(): RedactingStream {
    return new RedactingStream(this.lines(), (text, at) => this.#redactor.across(text, at));
  }

  #text(text: string, care: Care): string {
    return care === 'own' || text.length < 4 ? text : this.#redactor.clean(text, this.#file, care, new PemRedactor());
  }

  readonly #hide = (secret: string, kind: string): string => this.#redactor.hide(secret, this.#file, kind);

  #walk(value: unknown, field: string, care: Care): unknown {
    if (typeof value === 'string')
      return isSecretName(field) && !isHarmless(value) ? this.#hide(value, 'assignment') : this.#text(value, care);
    if (typeof value === 'number') return isSecretName(field) && !/tokens$/i.test(field) ? this.#hide(String(value), 'assignment') : value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return typeof value[0] === 'number' ? value : this.#list(value, field, care);
    if (ENVIRONMENT.test(field)) return this.#environment(value as Record<string, unknown>);
    return this.#members(value as Record<string, unknown>, field, care);
  }

  #members(object: Record<string, unknown>, field: string, care: Care): Record<string, unknown> {
    const isForeign = FOREIGN_KEYS.has(field);
    const clean: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      const name = isForeign ? this.#text(key, /\s/.test(key) ? 'all' : 'names') : key;
      // Of two keys that are the same now, both count.
      const item = this.#walk(object[key], isForeign ? '' : key, isForeign ? 'all' : careOf(key, object[key], care, this.#isEvents));
      const before = isForeign ? clean[name] : undefined;
      clean[name] = typeof before === 'number' && typeof item === 'number' ? before + item : item;
    }
    return clean;
  }

  #list(list: readonly unknown[], field: string, care: Care): unknown[] {
    if (ENVIRONMENT.test(field)) return list.map((item) => this.#variable(item));
    /** What comes behind these words in a command of Redis is a secret. */
    let isNext = 0;
    return list.map((item) => {
      if (typeof item !== 'string') return this.#walk(item, field, care);
      if (isNext > 0) {
        isNext -= 1;
        return isHarmless(item) ? item : this.#hide(item, 'redis');
      }
      if (/^AUTH$/i.test(item)) isNext = 2;
      else if (/^(?:requirepass|masterauth)$/i.test(item)) isNext = 1;
      return this.#walk(item, field, care);
    });
  }

  /** `NAME=value`, or `{ name, value }` as of Kubernetes. */
  #variable(item: unknown): unknown {
    if (typeof item === 'string') {
      const at = item.indexOf('=');
      if (at < 1) return this.#text(item, 'all');
      const [name, value] = [item.slice(0, at), item.slice(at + 1)];
      return `${name}=${this.#valueOf(name, value)}`;
    }
    if (typeof item !== 'object' || item === null || !('name' in item) || !('value' in item)) return this.#walk(item, '', 'all');
    return { ...item, value: this.#valueOf(String(item.name), item.value) };
  }

  #environment(variables: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, this.#valueOf(name, value)]));
  }

  #valueOf(name: string, value: unknown): unknown {
    if (value === null || value === undefined || value === '') return value;
    if (isShownVariable(name)) return this.#walk(value, '', 'names');
    return this.#hide(typeof value === 'string' ? value : JSON.stringify(value), 'environment');
  }
}

/** How the value of a field is dealt with. */
function careOf(key: string, value: unknown, care: Care, isEvents: boolean): Care {
  if (key === 'samples') return 'names';
  if (OWN_WORDS.has(key)) {
    if (!isEvents) return 'names';
    // A word of ours has no blank in it; what was told has.
    return ALSO_TOLD.has(key) && typeof value === 'string' && /[\s/:=]/.test(value) ? 'all' : 'own';
  }
  return NAMES.has(key) || care === 'names' ? 'names' : 'all';
}

/** One for all: a new one would be slow for its first text. */
const HINTS = new RegExp(HINT, 'gi');

function applyRules(text: string, hideOf: (rule: Rule) => ((secret: string, plain?: string) => string) | undefined): string {
  let clean = '';
  let done = 0;
  const whole = overLines(text, hideOf);
  HINTS.lastIndex = 0;
  for (let hint = HINTS.exec(whole); hint !== null; hint = HINTS.exec(whole)) {
    const begin = whole.lastIndexOf('\n', hint.index) + 1;
    const next = whole.indexOf('\n', hint.index);
    const end = next < 0 ? whole.length : next;
    clean += whole.slice(done, begin) + line(whole.slice(begin, end), hideOf);
    done = end;
    HINTS.lastIndex = end;
    if (end === whole.length) break;
  }
  return done === 0 ? whole : clean + whole.slice(done);
}

/** What may go over several lines. */
function overLines(text: string, hideOf: Parameters<typeof applyRules>[1]): string {
  if (!text.includes('\n') || !/\benv/i.test(text)) return text;
  const rule = RULES.find(({ kind }) => kind === 'environment');
  const hide = rule && hideOf(rule);
  return rule && hide ? rule.apply(text, hide) : text;
}

function line(text: string, hideOf: Parameters<typeof applyRules>[1]): string {
  let clean = text;
  for (const rule of RULES) {
    const hide = hideOf(rule);
    if (hide) clean = rule.apply(clean, hide);
  }
  return clean;
}

function sorted(counts: Iterable<[string, number]>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
