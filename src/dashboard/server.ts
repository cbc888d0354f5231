import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { messageOf, UsageError } from '../errors.js';
import { type Address, inUrl, isLoopback } from './address.js';
import { type Admission, type Asking, Doorkeeper, linkOf } from './admission.js';
import { createApp } from './app.js';
import { HEADERS } from './headers.js';
import { LiveRuns } from './live-runs.js';
import { enteredHtml } from './page.js';
import type { FormDefaults, ServerPage } from './protocol.js';
import type { RunControl } from './run-control.js';
import { RunList } from './run-list.js';

export interface DashboardOptions {
  address: Address;
  /** Name of the option that gave the address, for errors. */
  option: string;
  /** Undefined: everybody who reaches the server may. Never for an address that others reach. */
  token: string | undefined;
  /** The folder of all runs. */
  out: string;
  control: RunControl;
  /** Null where no runs are started. */
  form: FormDefaults | null;
  /** The run that the page shows first; undefined: none. */
  current(): string | undefined;
  language: ServerPage['language'];
}

/** A dashboard that serves. */
export interface Dashboard {
  address: Address;
  /** What to open; with the token where there is one. */
  link: string;
  /** Lets its viewers go. Those of a run that has ended are told the last of it before. */
  close(): Promise<void>;
}

/** How long viewers may take to go when the server ends. */
const CLOSE_MS = 1000;

/** Nobody needs longer to ask for something. */
const REQUEST_MS = 30_000;

const MOST_CONNECTIONS = 500;

/**
 * Serves the live page of the runs of a folder.
 *
 * @throws UsageError when the address cannot be listened on, or is open to others and there is no token.
 */
export async function serveDashboard({ address, option, token, ...rest }: DashboardOptions): Promise<Dashboard> {
  if (token === undefined && !isLoopback(address.host))
    throw new UsageError(`${option}: ${address.host} can be reached by others: a token is needed`);
  const { out, control, language } = rest;
  const runs = new LiveRuns(out, control, language);
  const list = new RunList(out, (id) => control.isUnderWay(id));
  const app = createApp({ runs, list, ...rest });
  const server = createServer();
  server.requestTimeout = REQUEST_MS;
  server.maxConnections = MOST_CONNECTIONS;
  const bound = await listen(server, address, option).catch((error: unknown) => {
    runs.close();
    throw error;
  });
  const doorkeeper = new Doorkeeper(bound, token);
  const answer = getRequestListener(app.fetch);
  server.on('request', (request, response) => {
    const admission = doorkeeper.admit(askingOf(request, false));
    if (admission.type === 'ok') void answer(request, response);
    else turnAway(request, response, admission);
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    // Whoever goes away before being let in is nobody's loss.
    socket.on('error', () => {});
    void upgrade(request, socket, { doorkeeper, runs }).then((id) => {
      if (id !== undefined) sockets.handleUpgrade(request, socket, head, (viewer) => runs.join(id, viewer));
    });
  });
  return {
    address: bound,
    link: linkOf(bound, token),
    async close() {
      await runs.settle();
      runs.close();
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => {
        for (const viewer of sockets.clients) viewer.terminate();
        server.closeAllConnections();
      }, CLOSE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

async function listen(server: Server, { host, port }: Address, option: string): Promise<Address> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'somebody else listens there; choose another port, or 0 for any that is free' : messageOf(error);
    throw new UsageError(`${option}: cannot listen on ${inUrl(host)}:${port}: ${why}`, { cause: error });
  }
  // Whatever the network does later concerns one connection and not the others.
  server.on('error', () => {});
  return { host, port: (server.address() as AddressInfo).port };
}

const askingOf = ({ method = 'GET', url = '/', headers, socket }: IncomingMessage, isUpgrade: boolean): Asking => ({
  method,
  url,
  headers,
  remoteAddress: socket.remoteAddress ?? '',
  isUpgrade,
});

function turnAway(request: IncomingMessage, response: ServerResponse, admission: Exclude<Admission, { type: 'ok' }>): void {
  if (admission.type === 'enter') {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'set-cookie': admission.cookie });
    response.end(enteredHtml(request.url ?? '/'));
    return;
  }
  const headers = {
    ...HEADERS,
    'content-type': 'application/json',
    connection: 'close',
    ...(admission.status === 401 && { 'www-authenticate': 'Bearer' }),
  };
  response.writeHead(admission.status, headers);
  response.end(JSON.stringify({ message: admission.message }));
}

/** @returns the run that is asked for; undefined when the answer was no, which was given. */
async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  parts: { doorkeeper: Doorkeeper; runs: LiveRuns },
): Promise<string | undefined> {
  const admission = parts.doorkeeper.admit(askingOf(request, true));
  if (admission.type === 'denied') return refuse(socket, admission.status, admission.message);
  const query = /^\/api\/live\?(.*)$/.exec(request.url ?? '')?.[1];
  const id = new URLSearchParams(query).get('run');
  if (admission.type !== 'ok' || id === null) return refuse(socket, 404, 'there is nothing here by this name');
  const canJoin = await parts.runs.canJoin(id).catch(() => false);
  return canJoin ? id : refuse(socket, 404, 'there is no such run, or too many look at it');
}

function refuse(socket: Duplex, status: number, message: string): undefined {
  const body = JSON.stringify({ message });
  const headers = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${body}`);
  return undefined;
}
