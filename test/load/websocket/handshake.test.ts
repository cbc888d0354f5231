import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHandshake, readAnswer } from '../../../src/load/websocket/handshake.js';

const url = new URL('ws://example.org:8080/api/ws/%ED%95%9C?token=a%2Bb');
const handshake = createHandshake(url, { Authorization: 'Bearer x' }, ['chat.v2', 'chat.v1']);
const answer = (...lines: string[]) => readAnswer(Buffer.from(lines.map((line) => `${line}\r\n`).join('')), handshake);
const OPENED = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: WebSocket',
  'connection: Upgrade',
  `SEC-WebSocket-Accept: ${handshake.accept}`,
];

describe('createHandshake', () => {
  it('writes the request of RFC 6455', () => {
    const [line, ...headers] = handshake.request.split('\r\n');
    expect(line).toBe('GET /api/ws/%ED%95%9C?token=a%2Bb HTTP/1.1');
    const key = /^Sec-WebSocket-Key: (.*)$/m.exec(handshake.request)?.[1] ?? '';
    expect(headers).toEqual([
      'Host: example.org:8080',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: chat.v2, chat.v1',
      'Authorization: Bearer x',
      '',
      '',
    ]);
    expect(Buffer.from(key, 'base64')).toHaveLength(16);
    expect(handshake.accept).toBe(createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'));
  });

  it.each([{ 'X-A': 'one\r\nX-B: two' }, { 'X A': 'one' }, { 'X-A': 'ㄱ' }])(
    'refuses headers that would break the request apart: %j',
    (headers) => {
      expect(() => createHandshake(url, headers, [])).toThrow('cannot be sent');
    },
  );
});

describe('readAnswer', () => {
  it('opens, and hands on the bytes that came with the head', () => {
    const bytes = Buffer.concat([Buffer.from(`${OPENED.join('\r\n')}\r\n\r\n`), Buffer.from([0x81, 0])]);
    expect(readAnswer(bytes, handshake)).toEqual({ opened: true, rest: Buffer.from([0x81, 0]) });
    for (let size = 0; size < bytes.length - 2; size++) expect(readAnswer(bytes.subarray(0, size), handshake)).toBeUndefined();
  });

  it.each([
    [['HTTP/1.1 403 Forbidden', ''], 'http 403'],
    [['HTTP/1.0 502 Bad Gateway', ''], 'http 502'],
    [['SSH-2.0-OpenSSH_9.2', ''], 'handshake: the answer is no HTTP'],
    [[...OPENED.slice(0, 3), 'Sec-WebSocket-Accept: bm8=', ''], 'handshake: a wrong Sec-WebSocket-Accept'],
    [[OPENED[0] as string, OPENED[3] as string, ''], 'handshake: no upgrade to websocket'],
    [[...OPENED, 'Sec-WebSocket-Extensions: permessage-deflate', ''], 'handshake: an extension that was not offered'],
    [[...OPENED, 'Sec-WebSocket-Protocol: chat.v9', ''], 'handshake: a sub-protocol that was not offered'],
    [['x'.repeat(20_000)], 'handshake: the answer is no HTTP'],
  ])('refuses %j', (lines, kind) => {
    expect(answer(...lines)).toEqual({ opened: false, kind });
  });

  it('takes one of the sub-protocols that were offered', () => {
    expect(answer(...OPENED, 'Sec-WebSocket-Protocol: chat.v1', '')).toMatchObject({ opened: true });
  });
});
