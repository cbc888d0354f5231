import { isSecretKey, maskUrls, REDACTED, secretsOf } from './secrets.js';

/** Options and headers that hold a secret although their names do not say so. */
const ALSO_SECRET = /^(web_auth|basic_auth|auth|cookie|x_auth)$/i;

const OPTION = /^-{1,2}([A-Za-z][\w.-]*)$/;
const ASSIGNMENT = /^(-{0,2}([A-Za-z][\w.-]*)=)(.+)$/s;
const HEADER = /^((?:--?[A-Za-z][\w-]*[= ])?([A-Za-z][\w-]*):\s*)(\S.*)$/s;
/** What a value follows, within a text that is a command itself, as of `sh -c`: an option, or a name with `=`. */
const HEAD = /(?<=^|[\s;&|"'(])(?:-{1,2}([A-Za-z][\w.-]*)(?:=|\s+)|([A-Za-z][\w.-]*)=)/g;
const VALUE = /"[^"]*"|'[^']*'|[^\s"';&|-][^\s"';&|]*/y;

/** The parts of a command's words that are secret, each with what is left of its word. */
interface Finding {
  word: string;
  secrets: string[];
}

/** A command as it may be written down: passwords and tokens in options, assignments, headers and URLs are replaced. */
export function redactCommand(command: readonly string[]): string[] {
  return find(command).map(({ word }) => word);
}

/** Every secret that a command's words hold, for the redactor. */
export function commandSecrets(command: readonly string[]): string[] {
  return [...new Set(find(command).flatMap(({ secrets }) => secrets))];
}

function find(command: readonly string[]): Finding[] {
  return command.map((word, index) => {
    const option = OPTION.exec(command[index - 1] ?? '')?.[1];
    if (option !== undefined && isSecretName(option) && !word.startsWith('-')) return { word: REDACTED, secrets: [word] };
    const [, head, name = '', value] = ASSIGNMENT.exec(word) ?? HEADER.exec(word) ?? [];
    if (head !== undefined && value !== undefined && isSecretName(name)) return { word: `${head}${REDACTED}`, secrets: valuesOf(value) };
    return within(word);
  });
}

function within(word: string): Finding {
  const text = maskUrls(word);
  const secrets = secretsOf(word);
  let shown = '';
  let end = 0;
  for (const { 0: head, 1: option, 2: variable, index } of text.matchAll(HEAD)) {
    VALUE.lastIndex = index + head.length;
    const [value] = isSecretName(option ?? variable ?? '') ? (VALUE.exec(text) ?? []) : [];
    if (value === undefined || index < end || value === REDACTED) continue;
    secrets.push(value.replace(/^(["'])(.*)\1$/s, '$2'));
    shown += `${text.slice(end, index)}${head}${REDACTED}`;
    end = index + head.length + value.length;
  }
  return { word: shown + text.slice(end), secrets };
}

/** `Bearer abc` is known as a whole and as what is secret in it. */
function valuesOf(value: string): string[] {
  const last = value.split(/\s+/).at(-1);
  return last === undefined || last === value ? [value] : [value, last];
}

function isSecretName(name: string): boolean {
  const plain = name.replaceAll('-', '_');
  return isSecretKey(plain) || ALSO_SECRET.test(plain);
}
