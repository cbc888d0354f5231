import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, UsageError } from '../errors.js';
import type { LiveExport } from './export.js';
import type { LiveMetrics } from './live-metrics.js';
import { CONTENT_TYPE, prometheusText } from './prometheus-text.js';

/** Where the endpoint listens. Port 0 is any that is free. */
export interface Address {
  host: string;
  port: number;
}

const PATH = '/metrics';

/** A scrape that is slower is given up: nobody may hold up the end of a run. */
const REQUEST_MS = 10_000;

/**
 * Reads what was typed after `--metrics`: a port, or a host and a port.
 *
 * @throws UsageError when it is neither.
 */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new UsageError(`--metrics: must be a port or <host>:<port>, e.g. :9464 or 0.0.0.0:9464, is "${text}"`);
  }
  return { host: bracketed || plain || '127.0.0.1', port };
}

/**
 * Serves the metrics of a run at `/metrics` for Prometheus. A scrape costs no more than one text for each change of the metrics, however
 * often it is asked for.
 *
 * @throws UsageError when the address cannot be listened on.
 */
export async function servePrometheus({ host, port }: Address, metrics: Pick<LiveMetrics, 'families' | 'version'>): Promise<LiveExport> {
  const text = sameUntilChanged(metrics);
  const server = createServer((request, response) => void answer(request, response, text));
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  server.setTimeout(REQUEST_MS, (socket) => socket.destroy());
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new UsageError(`--metrics: cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
  }
  // Whatever the network does later concerns one scrape and not the run.
  server.on('error', () => {});
  const { port: bound } = server.address() as AddressInfo;
  const place = `http://${host.includes(':') ? `[${host}]` : host}:${bound}${PATH}`;
  return {
    place,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(late);
    },
  };
}

function sameUntilChanged(metrics: Pick<LiveMetrics, 'families' | 'version'>): () => Promise<string> {
  let version = -1;
  let text: Promise<string> = Promise.resolve('');
  return () => {
    if (version !== metrics.version) {
      version = metrics.version;
      text = prometheusText(metrics.families());
    }
    return text;
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, text: () => Promise<string>): Promise<void> {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return reply(response, 405, 'only GET and HEAD\n');
  if (path !== PATH) return reply(response, 404, `the metrics are at ${PATH}\n`);
  try {
    reply(response, 200, await text(), CONTENT_TYPE);
  } catch (error) {
    // The one who scrapes sees it; the run goes on.
    reply(response, 500, `${messageOf(error)}\n`);
  }
}

function reply(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  // Node leaves the body out where the answer is to a HEAD.
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
