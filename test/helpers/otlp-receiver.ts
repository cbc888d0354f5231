import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Attribute {
  key: string;
  value: { stringValue?: string };
}
interface Point {
  attributes: Attribute[];
  asDouble?: number;
  count?: number | string;
  sum?: number;
  bucketCounts?: (number | string)[];
  startTimeUnixNano: string;
  timeUnixNano: string;
}
interface Metric {
  name: string;
  unit: string;
  sum?: { dataPoints: Point[]; isMonotonic: boolean; aggregationTemporality: number };
  gauge?: { dataPoints: Point[] };
  histogram?: { dataPoints: Point[]; aggregationTemporality: number };
}

/** One export as it came. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  resource: Attribute[];
  metrics: Metric[];
}

/** A receiver of OTLP over HTTP, in JSON. */
export interface OtlpReceiver {
  url: string;
  received: Received[];
  /** What it answers from now on. */
  answerWith(status: number): void;
  close(): void;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const received: Received[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (status === 200) {
      for (const { resource, scopeMetrics } of JSON.parse(body).resourceMetrics) {
        const metrics = scopeMetrics.flatMap((scope: { metrics: Metric[] }) => scope.metrics);
        received.push({ path: request.url ?? '', headers: request.headers, resource: resource.attributes, metrics });
      }
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith(next) {
      status = next;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The point of a metric that has these attributes. */
export function pointOf(metrics: readonly Metric[], name: string, attributes: Record<string, string> = {}): Point | undefined {
  const metric = metrics.find((one) => one.name === name);
  const points = (metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints ?? [];
  const wanted = JSON.stringify(Object.entries(attributes).sort());
  return points.find((point) => JSON.stringify(point.attributes.map(({ key, value }) => [key, value.stringValue]).sort()) === wanted);
}
