import { environment } from './redact-environment.js';
import { decoded, isHarmless, isPlaceholder, isSecretName, isSecretParameter, SECRET_ENDING } from './redact-names.js';
import { type Hide, type Rule, unescaped } from './redact-rule.js';
import { isToken } from './redact-token.js';

/** A text without a match has no secret for any rule: most have none, and are read once only. */
export const HINT = new RegExp(
  [
    ...['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cookie', 'credential', 'bearer', 'basic', 'sess', 'connect\\.sid'],
    ...[
      ':\\/\\/\\S{0,600}@',
      '%3a%',
      '%(?:25)*3d',
      '[?&;#][\\w.~%-]+=',
      '[?&](?:sig|jwt)',
      'eyJ',
      'AKIA',
      'ASIA',
      '\\{SHA',
      '\\$(?:apr1|2[abxy]|argon|y|[156])\\$',
    ],
    ...[
      '\\benv',
      '\\s-e\\s',
      'identified',
      'user[\\s=]',
      'secure_link',
      'aws',
      'u0026',
      '\\s-[au]\\s',
      'gh[pousr]_',
      'xox',
      'sk_',
      'glpat',
      'AIza',
      'npm_',
    ],
  ].join('|'),
  'i',
);

/** Replaces the group of each match that is secret. `plain` reads the escapes of its place. */
function group(text: string, pattern: RegExp, at: number, hide: Hide, plain?: (secret: string) => string): string {
  return text.replace(pattern, (match: string, ...groups: (string | undefined)[]) => {
    const secret = groups[at - 1];
    if (secret === undefined || secret === '' || isToken(secret)) return match;
    const begin = match.lastIndexOf(secret);
    return match.slice(0, begin) + hide(secret, plain?.(secret)) + match.slice(begin + secret.length);
  });
}

// Greedy up to the last @ of the authority: a password may hold an unescaped @.
const URL_PASSWORD = /\b[a-z][a-z\d+.-]{0,20}:\/\/[^\s/?#:@"'<>]{0,256}:([^\s/?#"']{1,512})@/gi;
/** Of systems whose passwords are made by machines, and then put in as they are. */
const URL_PASSWORD_WITH_SLASH =
  /\b(?:rediss?|postgres(?:ql)?|mysql|mariadb|mongodb|amqps?)(?:\+\w+)?:\/\/[^\s/?#:@"'<>]{0,256}:(?!<redacted|\d{1,5}\/)((?:(?!:\/\/)[^\s"']){1,512})@/gi;
const URL_PASSWORD_ESCAPED = /%3A%2F%2F(?:(?!%3A|%40|%2F)[^\s&"'/]){0,256}%3A((?:(?!%40|%2F)[^\s&"'/]){1,512})%40/gi;
const URL_TOKEN_AS_USER = /:\/\/([\w-]{20,256})@/g;

const urlPassword: Rule = {
  kind: 'url-password',
  isCertain: true,
  apply(text, hide) {
    const about: Hide = (secret, plain) => (isPlaceholder(secret) ? secret : hide(secret, plain));
    let clean = text;
    if (clean.includes('://')) {
      for (const pattern of [URL_PASSWORD, URL_PASSWORD_WITH_SLASH]) clean = group(clean, pattern, 1, about, decoded);
      clean = group(clean, URL_TOKEN_AS_USER, 1, hide);
    }
    return group(clean, URL_PASSWORD_ESCAPED, 1, about, (secret) => decoded(decoded(secret)));
  },
};

const PARAMETER = /(?:[?&;#]|\\u0026)((?:[\w.~[\]-]|%[2-7][0-9A-F]){1,64})=([^&#\s"'\\]+)/gi;
/** Of a URL that is a parameter itself. */
const PARAMETER_ESCAPED =
  /%(?:25)*(?:3F|26|3B)((?:[\w.~-]|%(?:25)*[4-7][0-9A-F]){1,64}?)%(?:25)*3D((?:(?!%(?:25)*(?:26|23))[^&#\s"'\\])+)/gi;

const urlParameter: Rule = {
  kind: 'url-parameter',
  isCertain: true,
  apply(text, hide) {
    let clean = text;
    const patterns = text.includes('%') ? [PARAMETER, PARAMETER_ESCAPED] : [PARAMETER];
    for (const pattern of patterns) {
      clean = clean.replace(pattern, (match: string, name: string, value: string) => {
        if (isToken(value) || !isSecretParameter(name) || isPlaceholder(value)) return match;
        return match.slice(0, -value.length) + hide(value, decoded(decoded(value.replaceAll('+', ' '))));
      });
    }
    return clean;
  },
};

const SCHEME = '(?:Bearer|Basic|Token|ApiKey|Negotiate|NTLM|Digest|Hawk|AWS4-HMAC-SHA256)';
const AUTHORIZATION = new RegExp(
  [
    `((?:proxy[-_])?authorization(?:\\\\*["']?\\s{0,4}[:=]\\s{0,4}\\[?(?:b(?=["']))?\\\\*["']?|\\\\*["']\\s{0,4},\\s{0,4}b?\\\\*["'](?=${SCHEME}\\s)|`,
    `\\s+\\\\*["']|\\s+(?=${SCHEME}\\s+[^\\s"']{8})))(?:(${SCHEME})\\s+)?([^\\r\\n"'\\\\]+)`,
  ].join(''),
  'gi',
);
const COOKIE = /(?:set-)?cookie2?\\*["']?\s{0,4}[:=]\s{0,4}\[?(?:b(?=["']))?\\*["']?([^\r\n"'\\]+)/gi;
const SESSION = /\b(?:sessionid|session_cookie|phpsessid|jsessionid|connect\.sid)=([^\s;,"'\\]+)/gi;

const header: Rule = {
  kind: 'header',
  isCertain: false,
  apply(text, hide) {
    const clean = text.replace(AUTHORIZATION, (match: string, _head: string, scheme: string | undefined, rest: string) => {
      const isWhole = scheme === undefined || /^(?:Digest|Hawk|AWS4)/i.test(scheme);
      // Of a line that goes on, only the one word; what has no scheme we know is taken as a whole.
      const secret = (isWhole ? rest : (/^[^\s,;]+/.exec(rest)?.[0] ?? '')).trimEnd();
      if (secret === '' || isToken(secret) || isHarmless(secret) || secret.startsWith('$')) return match;
      const begin = match.length - rest.length;
      return match.slice(0, begin) + hide(secret) + match.slice(begin + secret.length);
    });
    const about: Hide = (secret) => (isHarmless(secret.trim()) || secret.startsWith('$') ? secret : hide(secret));
    return group(group(clean, COOKIE, 1, about), SESSION, 1, about);
  },
};

const BEARER = /\bBearer(?:\s+|%20|\+)([\w.~+/=-]{6,})/gi;
const BASIC = /\bBasic(?:\s+|%20|\+)([A-Za-z0-9+/_-]{4,}={0,2})/gi;

const bearer: Rule = {
  kind: 'bearer',
  isCertain: true,
  apply: (text, hide) => group(text, BEARER, 1, (secret) => (/^[a-z]{1,14}[.,]?$/.test(secret) ? secret : hide(secret))),
};

const basic: Rule = {
  kind: 'basic',
  isCertain: true,
  apply(text, hide) {
    return group(text, BASIC, 1, (secret) => {
      const plain = Buffer.from(secret, 'base64').toString('utf8');
      // "Basic authentication" is no user and password.
      const colon = plain.indexOf(':');
      if (colon < 0 || /[^\x20-\uffff]|\ufffd/.test(plain)) return secret;
      return hide(secret, plain.slice(colon + 1));
    });
  },
};

const JWT = /eyJ[\w-]{5,}(?:\.|%2E)[\w-]{5,}(?:(?:\.|%2E)[\w-]*){0,3}/g;

const jwt: Rule = {
  kind: 'jwt',
  isCertain: true,
  // Also the beginning of one that was cut off.
  apply: (text, hide) => (text.includes('eyJ') ? text.replace(JWT, (token) => hide(token, decoded(token))) : text),
};

const AWS_ID = /(?:AKIA|ASIA)[A-Z0-9]{12,28}/g;
const AWS_SECRET =
  /(?:aws|secret|(?:AKIA|ASIA)[A-Z0-9]{12,28}|aws-key-id-[0-9a-f]{8}>)[^\n]{0,80}?(?<![\w+/-])((?![0-9a-f]{40})[A-Za-z0-9+/]{40})(?![\w+/=-])/gi;

const aws: Rule = {
  kind: 'aws',
  isCertain: true,
  apply(text, hide) {
    if (!/aws|secret|AKIA|ASIA/i.test(text)) return text;
    const clean = group(text, AWS_SECRET, 1, hide);
    return /AKIA|ASIA/.test(clean) ? clean.replace(AWS_ID, (id) => hide(id)) : clean;
  },
};

const SHAPES =
  /gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|xox[abeoprs]-[\w-]{10,255}|[sr]k_(?:live|test)_\w{10,255}|glpat-[\w-]{16,255}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}/g;
const HASHES = /\$(?:apr1|1|5|6|y|2[abxy]|argon2(?:id|[id]))\$[\w./$=,+-]{16,256}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{20,128}={0,2}/g;

const shape: Rule = {
  kind: 'token',
  isCertain: true,
  apply: (text, hide) => text.replace(SHAPES, (found) => hide(found)).replace(HASHES, (found) => hide(found)),
};

const REDIS_SETTING =
  /\b(?:requirepass|masterauth|primaryauth|auth-pass(?:\s+|["'],?\s*["'])[\w.-]+|tls-key-file-pass)\\*["']?[\s,:=]+(?:"((?:[^"\\]|\\.)+)"|'([^']+)'|\\*["']?([^\s"',\\]+))/gi;
const REDIS_AUTH = /(["']AUTH["'])((?:\s{0,4},?\s{0,4}(?:"(?:[^"\\]|\\.)*"|'[^']*')){1,2})/gi;
const REDIS_AUTH_TYPED = /((?:^|>\s|redis-cli[^\n]{0,200}\s)AUTH\s+)(\S+)(?:([ \t]+)(\S+))?/gm;
const REDIS_OPTION = /\bredis-cli\b[^\n]{0,200}?\s(?:-a|--pass)\s+(["']?)([^\s"']+)\1/g;
const ACL_LINE = /\bSETUSER\b|\buser\s+\S+\s[^\n]{0,200}?\b(?:on|off|resetpass|reset)\b/i;
const ACL_PASSWORD = /(?<=[\s"'])(?!<redacted[:>])[>#<!]([^\s"'\\]+)/g;

const redis: Rule = {
  kind: 'redis',
  isCertain: false,
  apply(text, hide) {
    const about: Hide = (secret) => (isToken(secret) || isHarmless(secret) ? secret : hide(secret));
    let clean = text.replace(REDIS_SETTING, (match: string, ...values: (string | undefined)[]) => {
      const value = values.slice(0, 3).find((one) => one !== undefined) ?? '';
      const begin = match.lastIndexOf(value);
      return match.slice(0, begin) + about(value) + match.slice(begin + value.length);
    });
    if (/auth/i.test(clean)) {
      clean = clean.replace(
        REDIS_AUTH,
        (_, head: string, rest: string) => head + rest.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, quoted(about)),
      );
      clean = clean.replace(REDIS_AUTH_TYPED, (match: string, head: string, first: string, gap = '', second = '') =>
        isHarmless(first) ? match : head + about(first) + gap + about(second),
      );
    }
    clean = group(clean, REDIS_OPTION, 2, about);
    return ACL_LINE.test(clean) ? clean.replace(ACL_PASSWORD, (match: string, secret: string) => match[0] + about(secret)) : clean;
  },
};

function quoted(hide: Hide): (match: string, double: string | undefined, single: string | undefined) => string {
  return (match, double, single) => {
    const value = double ?? single ?? '';
    return value === '' ? match : `${match[0]}${hide(value)}${match[0]}`;
  };
}

const DIRECTIVE =
  /\b(?:proxy_set_header|add_header|grpc_set_header|fastcgi_param|uwsgi_param|set|env|secure_link_secret)\s+\$?([\w.-]+)(?:\s+|=)("[^"]*"|'[^']*'|[^\s;"']+)\s*;/g;
const LINK_SECRET = /\bsecure_link_secret\s+["']?([^\s;"']+)/g;
const LINK_MD5 = /\bsecure_link_md5\s+(?:"([^"]+)"|'([^']+)'|([^\s;]+))/g;
const COMPARED = new RegExp(`\\$\\w{0,64}(?:${SECRET_ENDING}|cookie\\w*)\\s*(?:!=|=|!?~\\*?)\\s*["']?([^\\s"')]+)`, 'gi');

const nginx: Rule = {
  kind: 'nginx',
  isCertain: false,
  apply(text, hide) {
    const about: Hide = (secret) => (isToken(secret) || isHarmless(secret) || secret.startsWith('$') ? secret : hide(secret));
    let clean = text.replace(DIRECTIVE, (match: string, name: string, value: string) => {
      const secret = value.replace(/^["']|["']$/g, '');
      if (secret === '' || !(isSecretName(name) || /cookie/i.test(name)) || /^(?:Bearer|Basic)\s+<redacted/.test(secret)) return match;
      return match.replace(secret, () => about(secret));
    });
    clean = group(clean, LINK_SECRET, 1, about);
    clean = clean.replace(LINK_MD5, (match: string, ...values: (string | undefined)[]) => {
      const value = values.slice(0, 3).find((one) => one !== undefined) ?? '';
      const words = value.replace(/[^\s$]+(?:\$\w+)*|\$\w+/g, (word) => (word.startsWith('$') ? word : about(word)));
      return match.replace(value, () => words);
    });
    return clean.includes('$') ? group(clean, COMPARED, 1, about) : clean;
  },
};

const SQL = /\b(?:PASSWORD|IDENTIFIED\s+BY)\s+'([^']+)'/gi;
const CURL_USER = /\bcurl\b[^\n]{0,400}?\s(?:-u|--user)[\s=]+["']?[^\s:"']*:([^\s"']+)/g;
const OPTION = new RegExp(`(?<![\\w-])--?[\\w-]{0,40}(?:${SECRET_ENDING})\\s+(?!-)(?:"([^"\\n]+)"|'([^'\\n]+)'|([^\\s"']+))`, 'gi');

const command: Rule = {
  kind: 'command',
  isCertain: false,
  apply(text, hide) {
    const about: Hide = (secret) => (isToken(secret) || isHarmless(secret) ? secret : hide(secret));
    const clean = text.replace(OPTION, (match: string, ...values: (string | undefined)[]) => {
      const value = values.slice(0, 3).find((one) => one !== undefined) ?? '';
      const begin = match.lastIndexOf(value);
      return match.slice(0, begin) + about(value) + match.slice(begin + value.length);
    });
    return group(group(clean, CURL_USER, 1, about), SQL, 1, about);
  },
};

/** The end of a name, and its value in quotes (which may be escaped themselves, and may never end). */
const QUOTED = new RegExp(
  `(${SECRET_ENDING}|cookie)(\\\\*["']?\\s{0,8}(?:=>|:=|[:=])\\s{0,8}[bru]?)(\\\\*["'])((?:(?!\\3)(?:\\\\.|[^\\n]))*)`,
  'gi',
);
/** The same without quotes: up to a blank, and up to what separates it from the next one. */
const BARE = new RegExp(
  `(${SECRET_ENDING})(\\\\*["']?[ \\t]{0,8}(?:=>|:=|[:=])[ \\t]{0,8})((?:[^\\s"'\`,;&)\\]}\\\\]|[,;)\\]}](?=[^\\s"'\`,;&)\\]}])(?!,?["']?[\\w.-]+["']?[=:])|\\\\(?!n|r|t|["'])|&(?![\\w.-]+=))+)`,
  'gi',
);

const assignment: Rule = {
  kind: 'assignment',
  isCertain: false,
  apply(text, hide) {
    const clean = text.replace(QUOTED, (match: string, name: string, between: string, quote: string, value: string) => {
      const before = `${name}${between}${quote}`;
      if (isToken(value) || isLeft(name, value)) return match;
      return before + hide(value, unescaped(value));
    });
    return clean.replace(BARE, (match: string, name: string, between: string, value: string, at: number, all: string) => {
      if (isToken(value) || isLeft(name, value) || /^(?:Bearer|Basic)$/i.test(value)) return match;
      if (isProse(between, value, all.slice(at + match.length, at + match.length + 4))) return match;
      // The working directory.
      if (name === 'PWD' && value.startsWith('/') && /(?:^|[^\w-])(?:OLD)?$/.test(all.slice(Math.max(0, at - 4), at))) return match;
      return name + between + hide(value, decoded(value));
    });
  },
};

/** "has no token: guests need none" is a sentence that goes on behind the colon. */
function isProse(between: string, value: string, rest: string): boolean {
  return /^:[ \t]/.test(between) && /^(?:--)?[A-Z]?[a-z]{1,13}(?:[-_][a-z]{1,13})?$/.test(value) && /^,?[ \t]+[A-Za-z(\d]/.test(rest);
}

/** What has such a name and is no secret: how many tokens there are, a word on what is the matter. */
function isLeft(name: string, value: string): boolean {
  if (isHarmless(value) || value.startsWith('$') || /^(?:Bearer|Basic|Token) <redacted/i.test(value)) return true;
  return /tokens$/i.test(name) && /^\d{1,9}$/.test(value);
}

/** In the order in which they are tried: what is seen most exactly comes first. */
export const RULES: readonly Rule[] = [
  urlPassword,
  urlParameter,
  basic,
  bearer,
  jwt,
  aws,
  shape,
  environment,
  header,
  nginx,
  redis,
  command,
  assignment,
];
