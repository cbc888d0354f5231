import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../src/clients/http.js';
import type { TlsConfig } from '../../src/config/config.js';
import { Connection, type HandshakeTimes } from '../../src/load/connection.js';
import { createTlsOptions } from '../../src/load/tls.js';
import { type Certificates, makeCertificates } from '../helpers/certificates.js';
import { freePort } from '../helpers/free-port.js';
import { type NginxServer, startNginx } from '../helpers/nginx-server.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';

let certificates: Certificates;
let target: WsTarget;
const nginxes: NginxServer[] = [];
/** `host:port` of an nginx that asks for no certificate, listening on 127.0.0.1 and 127.0.0.2, and of one that demands one. */
let port: number;
let demandingPort: number;

beforeAll(async () => {
  certificates = await makeCertificates();
  target = await startWsTarget({
    onMessage(message, socket) {
      if (message.type === 'leave') socket.close(4000);
      else socket.send(JSON.stringify({ ...message, type: 'echo' }));
    },
  });
  port = await startTls('');
  demandingPort = await startTls(`ssl_verify_client on; ssl_client_certificate ${certificates.ca};`);
});
afterAll(async () => {
  for (const nginx of nginxes) await nginx.end();
  await target.close();
  await certificates.end();
});

/** A real nginx with TLS in front of the target. It also has a port without, by which it is known to be up. */
async function startTls(directives: string): Promise<number> {
  const tlsPort = await freePort();
  const nginx = await startNginx(`
    listen 127.0.0.1:${tlsPort} ssl;
    listen 127.0.0.2:${tlsPort} ssl;
    ssl_certificate ${certificates.server.cert};
    ssl_certificate_key ${certificates.server.key};
    ${directives}
    location /ws {
      proxy_pass ${target.url.replace('ws:', 'http:')};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
    }
    location / { return 200 "name=$ssl_server_name client=$ssl_client_s_dn"; }`);
  nginxes.push(nginx);
  return tlsPort;
}

interface Opened {
  connection: Connection;
  times: HandshakeTimes;
  received: Record<string, unknown>[];
  closed: Promise<[code: number, by: string]>;
}

/** Opens a socket; rejects with the kind of the refusal. */
function open(url: string, tls: Partial<TlsConfig>): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const received: Record<string, unknown>[] = [];
    let onClose: (how: [number, string]) => void = () => {};
    const closed = new Promise<[number, string]>((onClosed) => {
      onClose = onClosed;
    });
    const options = { timeoutMs: 5000, localAddress: undefined, tls: createTlsOptions({ insecure: false, ...tls }) };
    const connection = new Connection({ url }, options, {
      onOpen: (times) => resolve({ connection, times, received, closed }),
      onRefused: (kind) => reject(new Error(kind)),
      onMessage: (bytes, start, end) => received.push(JSON.parse(bytes.toString('utf8', start, end))),
      onClose: (code, by) => onClose([code, by]),
    });
  });
}

async function outcome(url: string, tls: Partial<TlsConfig>): Promise<string> {
  try {
    const { connection, closed } = await open(url, tls);
    connection.close();
    await closed;
    return 'open';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a wss:// connection', () => {
  it('is made to a target whose certificate is signed by the CA that was given, and times the handshake', async () => {
    const { connection, times, closed } = await open(`wss://127.0.0.1:${port}/ws`, { caFile: certificates.ca });
    expect(times.tls).toBeGreaterThan(0);
    expect(times.upgrade).toBeGreaterThan(0);
    connection.close();
    expect(await closed).toEqual([1000, 'client']);
  });

  it('is refused to a target whose certificate nobody vouches for', async () => {
    expect(await outcome(`wss://127.0.0.1:${port}/ws`, {})).toBe('connect UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(await outcome(`wss://127.0.0.1:${port}/ws`, { caFile: certificates.strangerCa })).toBe(
      'connect UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  it('takes any certificate when it is told to', async () => {
    expect(await outcome(`wss://127.0.0.2:${port}/ws`, { insecure: true })).toBe('open');
  });

  it('is refused to a target whose certificate is for somebody else, unless that name is the expected one', async () => {
    const url = `wss://127.0.0.2:${port}/ws`;
    expect(await outcome(url, { caFile: certificates.ca })).toBe('connect ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await outcome(url, { caFile: certificates.ca, serverName: 'other.test' })).toBe('connect ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await outcome(url, { caFile: certificates.ca, serverName: 'target.test' })).toBe('open');
  });

  it('shows its certificate to a target that demands one', async () => {
    const url = `wss://127.0.0.1:${demandingPort}/ws`;
    const { cert, key } = certificates.client;
    expect(await outcome(url, { caFile: certificates.ca })).toBe('http 400');
    expect(await outcome(url, { caFile: certificates.ca, certFile: cert, keyFile: key })).toBe('open');
  });

  it('is refused by its error code where the target speaks no TLS', async () => {
    expect(await outcome(`${target.url.replace('ws:', 'wss:')}/ws`, { insecure: true })).toMatch(/^connect (ERR_SSL_|EPROTO|ECONNRESET)/);
  });

  it('reads whole messages, however long, though all sockets share one buffer', async () => {
    const texts = Array.from({ length: 8 }, (_, index) => String.fromCharCode(97 + index).repeat(200_000 + index));
    const all = await Promise.all(texts.map(() => open(`wss://127.0.0.1:${port}/ws`, { caFile: certificates.ca })));
    for (const [index, { connection }] of all.entries()) {
      connection.send(JSON.stringify({ type: 'say', text: texts[index] }));
      connection.send(JSON.stringify({ type: 'leave' }));
    }
    expect(await Promise.all(all.map(({ closed }) => closed))).toEqual(texts.map(() => [4000, 'server']));
    expect(all.map(({ received }) => received)).toEqual(texts.map((text) => [{ type: 'echo', text }]));
  });

  it('tells when the target goes away without a word', async () => {
    const { closed } = await open(`wss://127.0.0.1:${port}/ws`, { caFile: certificates.ca });
    for (const socket of target.sockets) socket.terminate();
    expect(await closed).toEqual([1006, 'server']);
  });
});

describe('createTlsOptions', () => {
  const problem = (tls: Partial<TlsConfig>) => () => createTlsOptions({ insecure: false, ...tls });

  it('names the file that cannot be used', async () => {
    const missing = path.join(certificates.folder, 'missing.pem');
    expect(problem({ caFile: missing })).toThrow(`tls: the CA (${missing}) cannot be used: ENOENT`);
    const junk = path.join(certificates.folder, 'junk.pem');
    await writeFile(junk, 'no certificate');
    expect(problem({ caFile: junk })).toThrow(`tls: the CA (${junk}) cannot be used`);
    const { cert } = certificates.client;
    expect(problem({ certFile: cert, keyFile: certificates.server.key })).toThrow(
      `tls: the client certificate or its key (${cert}, ${certificates.server.key}) cannot be used`,
    );
  });
});

describe('an HTTP request', () => {
  const signal = new AbortController().signal;
  const text = async (origin: string, tls: Partial<TlsConfig>) =>
    (await request('GET', `${origin}/`, { tls: { insecure: false, ...tls }, signal })).text;

  it('trusts and shows the same as the sockets', async () => {
    const { cert, key } = certificates.client;
    expect(await text(`https://127.0.0.1:${port}`, { caFile: certificates.ca })).toBe('name= client=');
    expect(await text(`https://127.0.0.2:${port}`, { caFile: certificates.ca, serverName: 'target.test' })).toBe(
      'name=target.test client=',
    );
    expect(await text(`https://127.0.0.2:${port}`, { insecure: true })).toBe('name= client=');
    expect(await text(`https://127.0.0.1:${demandingPort}`, { caFile: certificates.ca, certFile: cert, keyFile: key })).toBe(
      'name= client=CN=loadwitness test client',
    );
  });

  it('fails by the same error code', async () => {
    await expect(request('GET', `https://127.0.0.1:${port}/a?token=t`, { signal })).rejects.toThrow(
      `GET https://127.0.0.1:${port}/a: UNABLE_TO_VERIFY_LEAF_SIGNATURE`,
    );
    await expect(text(`https://127.0.0.2:${port}`, { caFile: certificates.ca })).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID');
  });
});
