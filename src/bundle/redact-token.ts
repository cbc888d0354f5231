import { createHmac, randomBytes } from 'node:crypto';

/** `<`, with which a token begins. */
export const TOKEN_START = 0x3c;

const INNER = 'redacted(?::([a-z-]{1,16})-[0-9a-f]{8})?';
const AT = new RegExp(`<${INNER}>`, 'y');
/** As it is written, and as it stands in HTML, in JSON inside of HTML, in Markdown and in a URL. */
const OPEN = '(?:\\\\?<|&lt;|\\\\u003c|%3C)';
const CLOSE = '(?:\\\\?>|&gt;|\\\\u003e|%3E)';
const WHOLE = new RegExp(`^${OPEN}redacted(?:(?::|%3A)[a-z-]{1,16}-[0-9a-f]{8})?${CLOSE}$`, 'i');
const ALL = new RegExp(`${OPEN}${INNER}${CLOSE}`, 'gi');

/** Where the token ends that begins at this place of a text; the place itself where none does. */
export function tokenAt(text: string, at: number): number {
  AT.lastIndex = at;
  return AT.test(text) ? AT.lastIndex : at;
}

/** Whether a text is a token and nothing else. */
export function isToken(text: string): boolean {
  return WHOLE.test(text);
}

/** How many tokens stand in a text, by kind. */
export function countTokens(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, kind = 'secret'] of text.matchAll(ALL)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/**
 * Makes tokens: the same one for the same secret as long as it lives, another one elsewhere. The key is kept nowhere, so that nobody can
 * try secrets out on a token.
 */
export function tokenMaker(): (secret: string) => string {
  const key = randomBytes(32);
  return (secret) => `<redacted:${kindOf(secret)}-${createHmac('sha256', key).update(secret).digest('hex').slice(0, 8)}>`;
}

/** What it is by its form alone, so that the same secret is the same kind wherever it stands. */
function kindOf(secret: string): string {
  if (/^eyJ[\w-]+\./.test(secret)) return 'jwt';
  if (/^(?:AKIA|ASIA)[A-Z0-9]{12,}$/.test(secret)) return 'aws-key-id';
  if (secret.startsWith('-----BEGIN')) return 'private-key';
  return 'secret';
}
