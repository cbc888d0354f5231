/** Control characters (C0, DEL, C1) and the marks that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Makes control characters visible (`\x1b`), so that text from a target cannot steer a terminal or reorder a line. */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** Text for HTML, also inside of quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Text for one line or one table cell of Markdown, shown as it is. */
export const escapeMarkdown = (text: string): string => visible(text).replace(/[\\`*_[\]<>|~#]/g, '\\$&');

/** A span of code for Markdown, whatever backticks the text holds. */
export function codeMarkdown(text: string): string {
  const shown = visible(text);
  const fence = '`'.repeat(Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  return fence.length === 1 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

/** `2026-01-31 13:04:59 UTC` of a Unix time in ms. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `13:04:59` of a Unix time in ms, in UTC. */
export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** A number with at most so many decimals, without trailing zeros. */
export const decimal = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** Milliseconds for tables: three digits that matter. */
export const ms = (value: number): string => decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0);

/** A share of 1 as `99.95 %`. Never rounded down to 0 %: one failure in a million is seen. */
export function percent(share: number): string {
  const rounded = decimal(share * 100, 2);
  return share > 0 && rounded === '0' ? '< 0.01 %' : `${rounded} %`;
}

/** `25 min 0 s`, `42.5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${decimal(seconds, 1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `3 requests`, `1 request`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`;
