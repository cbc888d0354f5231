import { createHash, randomBytes } from 'node:crypto';

/** The GUID of RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A response head that is longer than this is no answer to an upgrade. */
const MAX_HEAD_BYTES = 16 * 1024;

const END_OF_HEAD = '\r\n\r\n';

/** An opening handshake that is under way. */
export interface Handshake {
  /** The bytes to send. */
  request: string;
  /** What `Sec-WebSocket-Accept` must be. */
  accept: string;
  protocols: readonly string[];
}

/** @throws TypeError when a header would break the request apart. */
export function createHandshake(url: URL, headers: Readonly<Record<string, string>>, protocols: readonly string[]): Handshake {
  const key = randomBytes(16).toString('base64');
  const fields: Record<string, string> = {
    Host: url.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...(protocols.length > 0 && { 'Sec-WebSocket-Protocol': protocols.join(', ') }),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new TypeError(`the header ${JSON.stringify(name)} cannot be sent`);
    return `${name}: ${value}\r\n`;
  });
  return {
    request: `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`,
    accept: createHash('sha1').update(key).update(GUID).digest('base64'),
    protocols,
  };
}

/** How the server answered: the connection is open and `rest` belongs to its first frames, or it was refused and why. */
export type HandshakeAnswer = { opened: true; rest: Buffer } | { opened: false; kind: string };

/**
 * Reads the answer to an opening handshake.
 *
 * @param bytes Everything that has come so far.
 * @returns undefined while the head is not whole.
 */
export function readAnswer(bytes: Buffer, { accept, protocols }: Handshake): HandshakeAnswer | undefined {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end === -1) return bytes.length > MAX_HEAD_BYTES ? refused('the answer is no HTTP') : undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return refused('the answer is no HTTP');
  if (status !== '101') return { opened: false, kind: `http ${status}` };
  const header = (name: string): string | undefined => {
    const line = lines.find((each) => each.slice(0, each.indexOf(':')).toLowerCase() === name);
    return line?.slice(line.indexOf(':') + 1).trim();
  };
  if (header('upgrade')?.toLowerCase() !== 'websocket') return refused('no upgrade to websocket');
  if (header('sec-websocket-accept') !== accept) return refused('a wrong Sec-WebSocket-Accept');
  if (header('sec-websocket-extensions')) return refused('an extension that was not offered');
  const protocol = header('sec-websocket-protocol');
  if (protocol !== undefined && !protocols.includes(protocol)) return refused('a sub-protocol that was not offered');
  return { opened: true, rest: bytes.subarray(end + END_OF_HEAD.length) };
}

function refused(what: string): HandshakeAnswer {
  return { opened: false, kind: `handshake: ${what}` };
}
