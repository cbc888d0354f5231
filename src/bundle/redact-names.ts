/** Ends of names whose values are secrets, as a part of a regular expression (case does not matter): `DB_PASSWORD`, `jwtSecret`, `x-api-key`. */
export const SECRET_ENDING =
  'pass(?:words?|wd|phrase|code)|[_-]pass|pwd|secrets?|tokens?|credentials?|requirepass|masterauth|primaryauth|[_-]auth|authorization' +
  '|(?:api|private|access|secret|shared|encryption|signing|master|account|auth)[-_]?keys?|secret[-_]?key[-_]?base|x-auth|phpsessid|jsessionid|connect\\.sid';

const SECRET_NAME = new RegExp(`(?:${SECRET_ENDING}|^(?:set-)?cookie)$`, 'i');

/** Whether what stands under this name is a secret by the name: a key of JSON or YAML, an environment variable, a header, an option. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const PARAMETER = /^(?:key|sig|signature|jwt|auth|pass|code_verifier|x-amz-(?:signature|credential|security-token))$/i;

/** The same for a parameter of a URL, whose names are shorter. Escapes in it are read. */
export function isSecretParameter(name: string): boolean {
  const plain = decoded(name);
  return isSecretName(plain) || PARAMETER.test(plain);
}

/** Text with its percent escapes read; the text itself where one is broken. */
export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % is no escape: then the text as written is all there is.
    return text;
  }
}

/** Variables of an environment whose values are no secrets and say how something is set up. All others are taken out. */
const SHOWN_VARIABLES = new Set([
  ...['PATH', 'PWD', 'OLDPWD', 'HOME', 'HOSTNAME', 'LANG', 'LANGUAGE', 'TERM', 'TZ', 'SHLVL', 'PORT', 'HOST', 'DEBIAN_FRONTEND'],
  ...['NODE_ENV', 'NODE_VERSION', 'PYTHON_VERSION', 'PYTHONUNBUFFERED', 'NGINX_VERSION', 'REDIS_VERSION', 'LOG_LEVEL'],
  ...['REDIS_PUBSUB_ENABLED', 'REDIS_PUBSUB_CHANNEL', 'REDIS_HOST', 'REDIS_PORT', 'REDIS_DB', 'REDIS_MAX_CONNECTIONS'],
  ...['UVICORN_WORKERS', 'WEB_CONCURRENCY', 'WORKERS', 'ACCESS_TOKEN_EXPIRE_MINUTES', 'MAX_CONNECTIONS'],
]);

/** Whether the value of an environment variable may be shown. */
export function isShownVariable(name: string): boolean {
  return SHOWN_VARIABLES.has(name) || /^LC_[A-Z]+$/.test(name);
}

/** What stands for a value that somebody is to fill in. */
const PLACEHOLDER = /^(?:\*+|\$\{?\w+\}?|%\w+%|\{\{[^}]*\}\}|\{\w*\}|<\w+>)$/;

/** Whether a value is only a reference to one, in a place where words are secrets too. */
export function isPlaceholder(value: string): boolean {
  return value.length < 64 && PLACEHOLDER.test(value);
}

/** Values that say what is the matter with a secret, or where it is from, and are none. */
const HARMLESS =
  /^(?:|-|\*+|true|false|null|none|nil|undefined|yes|no|not|on|off|ok|is|was|has|must|should|can|cannot|will|may|be|and|or|for|from|of|in|to|the|a|an|empty|set|unset|given|missing|required|invalid|valid|expired|revoked|refreshed|renewed|wrong|incorrect|mismatch|malformed|rejected|refused|failed|error|denied|unknown|found|string|bearer|basic|token|authentication|\[\]|\{\}?|\(?\$\{?\w+\}?\)?|%\w+%|\{\{[^}]*\}\}|<\w+>)[.,;:!)]?$/i;

/** Whether a value can be left although it stands where a secret stands: a word about it, or a reference to a variable. */
export function isHarmless(value: string): boolean {
  return value.length < 64 && HARMLESS.test(value);
}
