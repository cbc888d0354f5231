/** One way in which a secret can be written. */
export interface Form {
  text: string;
  /** A stretch out of the middle of base64, whose neighbours hold the rest: the whole word is then the secret. */
  isInside: boolean;
}

/** Fewer characters of base64 than these could be anything. */
const LEAST_INSIDE = 6;

/** Lines of a secret that are long enough to be known by themselves. */
const LEAST_LINE = 16;

/**
 * The forms in which a secret can be found: raw, in JSON (also in JSON within JSON, and with everything beyond ASCII escaped), in a URL, in a
 * form, in HTML, in the log of nginx, and in base64, by itself or as a part of something longer such as `user:secret`.
 */
export function formsOf(secret: string): Form[] {
  const json = inJson(secret);
  const url = [encodeURIComponent(secret), strictUrl(secret), strictUrl(secret).replaceAll('%20', '+')];
  const written = [
    ...[secret, json, inJson(json), inJson(json).replaceAll('/', '\\/'), json.replaceAll('/', '\\/'), ascii(json), inJson(ascii(json))],
    ...[...url, ...url.map(lowerEscapes), ...url.map(encodeURIComponent)],
    ...[html(secret), html(secret).replaceAll('&#39;', '&#x27;'), nginxLog(secret)],
    ...secret.split(/\r?\n/).filter((line) => line.length >= LEAST_LINE && !line.startsWith('-----')),
  ];
  const inside = [...insideBase64(Buffer.from(secret)), ...insideBase64(Buffer.from(`:${secret}`))];
  const all = new Map<string, Form>();
  for (const text of inside.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')])) all.set(text, { text, isInside: true });
  for (const text of written) all.set(text, { text, isInside: false });
  return [...all.values()];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As writers that keep to ASCII escape it. */
function ascii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Also what encodeURIComponent leaves. */
function strictUrl(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function lowerEscapes(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase());
}

function html(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (one) => entities[one] ?? one);
}

/** As nginx writes a variable to its log: quotes, backslashes and bytes beyond ASCII as \xHH. */
function nginxLog(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
      return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The characters of base64 that depend on these bytes alone, for each of the three places at which they can begin. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    })
    .filter((text) => text.length >= LEAST_INSIDE);
}
