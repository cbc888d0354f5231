/** What stands in a file where a secret stood. */
export const REDACTED = '<redacted>';

// Only at the end: `access_token` holds a secret, `token_expired` (a log pattern) does not.
const SECRET_KEY = /(passwords?|passwd|passphrase|pwd|secrets?|tokens?|credentials?|authorization|(api|private|access|secret)_?key)$/i;

/** Whether the value under this key is a secret by the key's name: password, token, secret, … */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** What a writer with a better knowledge has put there already. */
const IS_REDACTED = /^<redacted(?::[\w-]+)?>$/;

// Greedy up to the last @ of the authority: a password may hold an unescaped @.
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)([^\s/?#]+)(?=@)/gi;
const URL_TOKEN = /([?&](?:access_|refresh_)?(?:token|password|secret|api_?key)=)([^&#\s]+)/gi;

/** The text with the passwords and tokens of every URL in it replaced. */
export function maskUrls(text: string): string {
  const masked = (match: string, head: string, secret: string): string => (IS_REDACTED.test(secret) ? match : `${head}${REDACTED}`);
  return text.replace(URL_PASSWORD, masked).replace(URL_TOKEN, masked);
}

/** The passwords and tokens in the URLs of a text, as written and decoded. */
function urlSecrets(text: string): string[] {
  return [...text.matchAll(URL_PASSWORD), ...text.matchAll(URL_TOKEN)].flatMap((match) => {
    const raw = match[2] ?? '';
    return [raw, decoded(raw)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % is no escape: then the text as written is all there is.
    return text;
  }
}

/** Every secret in a tree of plain values: strings under secret-like keys, and passwords and tokens in URLs. Unordered, each once, none empty. */
export function secretsOf(tree: unknown): string[] {
  const found = new Set<string>();
  walk(tree, '', (key, text) => {
    if (isSecretKey(key)) found.add(text);
    for (const secret of urlSecrets(text)) found.add(secret);
  });
  found.delete('');
  return [...found].filter((secret) => !IS_REDACTED.test(secret));
}

function walk(value: unknown, key: string, visit: (key: string, text: string) => void): void {
  if (typeof value === 'string') visit(key, value);
  // Items of a list are as secret as the list: `tokens: [a, b]`.
  else if (Array.isArray(value)) for (const item of value) walk(item, key, visit);
  else if (typeof value === 'object' && value !== null) for (const [name, item] of Object.entries(value)) walk(item, name, visit);
}

/** A copy of a tree of plain values in which every secret is replaced by `<redacted>`. */
export function withoutSecrets(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSecrets(item, name)]));
  }
  if (isSecretKey(key) && (typeof value === 'string' || typeof value === 'number'))
    return IS_REDACTED.test(String(value)) ? value : REDACTED;
  return typeof value === 'string' ? maskUrls(value) : value;
}
