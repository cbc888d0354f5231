import { isShownVariable } from './redact-names.js';
import { type Hide, type Rule, unescaped } from './redact-rule.js';
import { isToken } from './redact-token.js';

const ENV_NAME = '(?:env|environ|environment|env_?vars)';
const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const SINGLE = "'(?:[^'\\\\]|\\\\.)*'";
/** `"Env": ["A=b", …` as Docker shows it. */
const ENV_LIST = new RegExp(`["']${ENV_NAME}["']\\s*:\\s*\\[(?:\\s*(?:${STRING}|${SINGLE})\\s*,?)*`, 'gi');
/** `"env": {"A": "b", …`, and `environ({'A': 'b', …` */
const ENV_OBJECT = new RegExp(
  `(?:["']${ENV_NAME}["']\\s*:\\s*\\{|environ\\(\\{)(?:\\s*(?:${STRING}|${SINGLE})\\s*:\\s*(?:${STRING}|${SINGLE}|[\\w.+-]+)\\s*,?)*`,
  'gi',
);
/** `environment:` of YAML with all that is further in, or is a list just below it. */
const ENV_YAML = new RegExp(
  `^([ \\t]*)(?:-[ \\t]+)?${ENV_NAME}:[ \\t]*\\r?\\n(?:(?:\\1[ \\t]+|\\1-[ \\t]).*(?:\\n|$)|[ \\t]*(?:\\r?\\n))*`,
  'gim',
);
/** `-e NAME=value` of docker and k6. */
const ENV_OPTION = /(?<=^|\s)(?:-e|--env)[ =]["']?([A-Za-z_]\w*)=("[^"\n]*"|'[^'\n]*'|[^\s"']+)/gm;

/** Environments of containers and processes: every variable that is not known to be harmless. */
export const environment: Rule = {
  kind: 'environment',
  isCertain: false,
  apply(text, hide) {
    if (!/\benv|-e\s/i.test(text)) return text;
    let clean = text.replace(ENV_OPTION, (match: string, name: string, value: string) => {
      const bare = value.replace(/^["']|["']$/g, '');
      if (bare === '' || isToken(bare) || isShownVariable(name)) return match;
      return match.slice(0, match.length - value.length) + value.replace(bare, () => hide(bare));
    });
    if (!/\benv/i.test(clean)) return clean;
    clean = clean.replace(ENV_LIST, (list) =>
      list.replace(/(["'])([A-Za-z_]\w*)=((?:(?!\1)(?:\\.|[\s\S]))+)\1/g, (match: string, quote: string, name: string, value: string) =>
        isToken(value) || isShownVariable(name) ? match : `${quote}${name}=${hide(value, unescaped(value))}${quote}`,
      ),
    );
    clean = clean.replace(ENV_OBJECT, (object) => maskedMembers(object, hide));
    return clean.replace(ENV_YAML, (block) => maskedYaml(block, hide));
  },
};

function maskedMembers(object: string, hide: Hide): string {
  const member = new RegExp(`(["'])([A-Za-z_][\\w.]*)\\1(\\s*:\\s*)(${STRING}|${SINGLE}|[\\w.+-]+)`, 'g');
  return object.replace(member, (match: string, quote: string, name: string, between: string, value: string) => {
    if (isShownVariable(name) || value === 'null') return match;
    const isQuoted = /^["']/.test(value);
    const bare = isQuoted ? value.slice(1, -1) : value;
    if (bare === '' || isToken(bare)) return match;
    const mark = isQuoted ? value[0] : '"';
    return `${quote}${name}${quote}${between}${mark}${hide(bare, unescaped(bare))}${mark}`;
  });
}

const YAML_LINE = /^(\s*(?:-\s+)?["']?)([A-Za-z_][\w.]*)(["']?(?::[ \t]+|=))(.+?)(["']?[ \t]*\r?)$/;

/** `A: b`, `- A=b`, and `- name: A` with `value: b` below it. */
function maskedYaml(block: string, hide: Hide): string {
  let named = '';
  return block
    .split('\n')
    .map((line, index) => {
      const [, head = '', name = '', between = '', raw = '', tail = ''] = index === 0 ? [] : (YAML_LINE.exec(line) ?? []);
      if (name === 'name') named = raw.replace(/["']/g, '');
      const opening = /^["']/.exec(raw)?.[0] ?? '';
      const value = raw.slice(opening.length);
      if (value === '' || name === 'name' || isToken(value)) return line;
      if (isShownVariable(name === 'value' ? named : name)) return line;
      return `${head}${name}${between}${opening}${hide(value)}${tail}`;
    })
    .join('\n');
}

const ENV_LINE = /^(\s*(?:export\s+)?([A-Za-z_]\w*)=)(["']?)(.+?)(\3\s*)$/;

/** A text of `NAME=value` lines. */
export function redactEnvFile(text: string, hide: Hide): string {
  return text
    .split('\n')
    .map((line) => {
      const [, head = '', name = '', quote = '', value = '', tail = ''] = ENV_LINE.exec(line) ?? [];
      return value === '' || isToken(value) || isShownVariable(name) ? line : `${head}${quote}${hide(value)}${tail}`;
    })
    .join('\n');
}

/** Whether a text is nothing but `NAME=value` lines and comments. */
export function isEnvFile(text: string): boolean {
  if (!/^\s*(?:#|(?:export\s+)?[A-Z_][A-Z0-9_]*=)/.test(text) || !text.includes('\n')) return false;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return lines.length >= 2 && lines.every((line) => /^\s*(?:export\s+)?[A-Z_][A-Z0-9_]*=/.test(line));
}
