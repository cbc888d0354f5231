/** What stands where a secret stood. */
const REDACTED = '<redacted>';

/** Shorter ones would take ordinary text apart: a password of "on" stands in every second word. They are never written in the first place. */
const LEAST_LENGTH = 4;

/** Secrets by their form, known to the process or not. */
const PATTERNS: readonly [RegExp, string][] = [
  [/([?&](?:token|access_token|refresh_token|password)=)[^&\s"'\\]+/gi, `$1${REDACTED}`],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, `$1${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, REDACTED],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^/\s:@"']*:[^/\s@"']+@/gi, `$1${REDACTED}@`],
];

const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;

/** Takes secrets out of text before it is written or shown. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Makes a secret known. Its forms in JSON and in a URL are taken out as well. */
  add(secret: string): void {
    if (secret.length < LEAST_LENGTH) return;
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) this.#secrets.add(form);
  }

  readonly redact = (text: string): string => {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, REDACTED);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean;
  };

  /** The same for a line of JSON: string by string, so that what comes out is JSON still, whatever the secret is made of. */
  readonly redactJson = (line: string): string => line.replace(JSON_STRING, (literal) => JSON.stringify(this.redact(JSON.parse(literal))));
}
