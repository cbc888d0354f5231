import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The smallest picture there is. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

type Operation = 'ListMetrics' | 'GetMetricData' | 'GetMetricWidgetImage';
type Fault = 'throttle' | 'denied' | 'expired' | 'unavailable' | 'hang' | 'leak';

/** A metric as CloudWatch stores it. */
export interface StoredMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  /** `t` is the begin of a period, Unix ms. */
  points: { t: number; value: number }[];
  /** What each answer says of it, one after the other; the last one stays. `Complete` where it is left out. */
  statuses?: string[];
  messages?: { Code: string; Value: string }[];
  /** How long after its begin a datapoint can be seen, by the server's clock; at once where it is left out. */
  lateMs?: number;
}

interface Stat {
  Id: string;
  MetricStat: {
    Metric: { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };
    Period: number;
    Stat: string;
  };
}

const DAY_MS = 86_400_000;

/** Speaks what @aws-sdk/client-cloudwatch speaks (AWS JSON 1.0 with the headers of awsQueryCompatible) and stores what it is given. */
export class CloudWatchServer {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly metrics: StoredMetric[] = [];
  /** Every request in order, with the id of the key that it was signed with. */
  readonly requests: { operation: Operation; input: Record<string, unknown>; key: string }[] = [];
  readonly #faults = new Map<Operation, { fault: Fault; left: number }>();
  /** Metrics, or results of GetMetricData, on one page. */
  pageSize = 1000;
  /** Datapoints of one metric on one page. */
  pointsOnPage = 100_000;
  /** Messages about GetMetricData as a whole. */
  messages: { Code: string; Value: string }[] = [];
  /** The clock by which datapoints of one minute are kept for 15 days. */
  now: () => number = Date.now;

  static async start(): Promise<CloudWatchServer> {
    const server = new CloudWatchServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  store(...metrics: StoredMetric[]): void {
    this.metrics.push(...metrics);
  }

  /** Makes the next `times` requests of an operation fail. */
  fail(operation: Operation, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(operation, { fault, left: times });
  }

  mend(): void {
    this.#faults.clear();
  }

  of(operation: Operation) {
    return this.requests.filter((request) => request.operation === operation);
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(await text(request)) as Record<string, unknown>;
    const operation = String(request.headers['x-amz-target']).replace('GraniteServiceVersion20100801.', '') as Operation;
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    this.requests.push({ operation, input, key });
    const fault = this.#faults.get(operation);
    if (fault !== undefined && fault.left > 0) {
      fault.left--;
      refuse(response, fault.fault, operation, request);
      return;
    }
    const answers = {
      ListMetrics: () => this.#listMetrics(input),
      GetMetricData: () => this.#getMetricData(input),
      GetMetricWidgetImage: () => ({ MetricWidgetImage: PNG.toString('base64') }),
    };
    send(response, 200, answers[operation]());
  }

  #listMetrics(input: Record<string, unknown>) {
    const wanted = (input.Dimensions ?? []) as { Name: string; Value: string }[];
    const found = this.metrics.filter(
      ({ namespace, name, dimensions }) =>
        namespace === input.Namespace && name === input.MetricName && wanted.every(({ Name, Value }) => dimensions[Name] === Value),
    );
    const first = Number(input.NextToken ?? 0);
    const next = first + this.pageSize;
    return {
      Metrics: found.slice(first, next).map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
      ...(next < found.length && { NextToken: String(next) }),
    };
  }

  #getMetricData(input: Record<string, unknown>) {
    const queries = input.MetricDataQueries as Stat[];
    if (queries.length > 500) throw new Error('CloudWatch takes 500 queries at most');
    const page = Number(input.NextToken ?? 0);
    const all = queries.map((query) => ({ query, stored: this.#find(query), points: this.#points(query, input) }));
    const most = Math.max(
      ...all.map(({ points }) => Math.ceil(points.length / this.pointsOnPage)),
      Math.ceil(all.length / this.pageSize),
      1,
    );
    const isLast = page + 1 >= most;
    const results = all.map(({ query, stored, points }) => {
      const some = points.slice(page * this.pointsOnPage, (page + 1) * this.pointsOnPage);
      const [status = 'Complete'] = stored?.statuses ?? [];
      if (isLast && (stored?.statuses?.length ?? 0) > 1) stored?.statuses?.shift();
      return {
        Id: query.Id,
        Label: query.MetricStat.Metric.MetricName,
        Timestamps: some.map(({ t }) => t / 1000),
        Values: some.map(({ value }) => value),
        StatusCode: isLast ? status : 'PartialData',
        ...(stored?.messages && { Messages: stored.messages }),
      };
    });
    return { MetricDataResults: results, Messages: this.messages, ...(!isLast && { NextToken: String(page + 1) }) };
  }

  #find({ MetricStat: { Metric } }: Stat): StoredMetric | undefined {
    const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    return this.metrics.find(
      (one) =>
        one.namespace === Metric.Namespace &&
        one.name === Metric.MetricName &&
        Object.keys(one.dimensions).length === Object.keys(dimensions).length &&
        Object.entries(one.dimensions).every(([name, value]) => dimensions[name] === value),
    );
  }

  /** Datapoints of the window, put together into periods as it is asked. */
  #points(query: Stat, input: Record<string, unknown>): { t: number; value: number }[] {
    const { Period, Stat } = query.MetricStat;
    const [from, to] = [Number(input.StartTime) * 1000, Number(input.EndTime) * 1000];
    const oldest = this.now() - (Period < 300 ? 15 : Period < 3600 ? 63 : 455) * DAY_MS;
    const periods = new Map<number, number[]>();
    const stored = this.#find(query);
    for (const { t, value } of stored?.points ?? []) {
      if (stored?.lateMs !== undefined && this.now() < t + stored.lateMs) continue;
      const begin = Math.floor(t / (Period * 1000)) * Period * 1000;
      if (begin >= from && begin < to && begin >= oldest) periods.set(begin, [...(periods.get(begin) ?? []), value]);
    }
    return [...periods].sort(([a], [b]) => a - b).map(([t, values]) => ({ t, value: combine(Stat, values) }));
  }
}

function combine(statistic: string, values: number[]): number {
  if (statistic === 'Maximum') return Math.max(...values);
  const sum = values.reduce((a, b) => a + b, 0);
  return statistic === 'Sum' ? sum : sum / values.length;
}

function refuse(response: ServerResponse, fault: Fault, operation: string, request: IncomingMessage): void {
  if (fault === 'hang') return;
  const errors: Record<Exclude<Fault, 'hang'>, [number, string, string]> = {
    throttle: [400, 'Throttling', 'Rate exceeded'],
    denied: [403, 'AccessDenied', `User: arn:aws:iam::111122223333:user/tester is not authorized to perform: cloudwatch:${operation}`],
    expired: [403, 'ExpiredToken', `The security token ${request.headers['x-amz-security-token']} included in the request is expired`],
    unavailable: [503, 'ServiceUnavailable', 'try again'],
    // What no error of ours may repeat.
    leak: [400, 'InvalidParameterValue', `${request.headers.authorization} ${request.headers['x-amz-security-token']}`],
  };
  const [status, code, message] = errors[fault];
  response.setHeader('x-amzn-query-error', `${code};Sender`);
  send(response, status, { __type: `com.amazonaws.cloudwatch#${code}`, message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': '00000000-0000-0000-0000-000000000000' });
  response.end(JSON.stringify(body));
}
