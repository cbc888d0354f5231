import type { GetMetricDataCommandOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';

/** One metric of CloudWatch. A metric with one dimension more is another metric. */
export interface MetricId {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

/** What is asked of one metric. */
export interface MetricQuery extends MetricId {
  /** `Average`, `Sum`, `Maximum`, `p95`, … */
  statistic: string;
  /** Seconds. Where CloudWatch has coarser data only, it gives those. */
  period: number;
}

/** One value over one period. */
export interface Datapoint {
  /** The begin of the period, Unix ms. */
  t: number;
  value: number;
}

/** How far an answer can be relied on. `PartialData`: there is more that was not given. */
export type SeriesStatus = 'Complete' | 'PartialData' | 'InternalError' | 'Forbidden';

/** The answer to one query, all pages of it. */
export interface MetricSeries {
  query: MetricQuery;
  /** Each moment once, rising. */
  points: Datapoint[];
  status: SeriesStatus;
  /** What CloudWatch says about this metric, `code: text`. */
  messages: string[];
}

export interface MetricData {
  /** One for each query, in their order. */
  series: MetricSeries[];
  /** What CloudWatch says about the request as a whole. */
  messages: string[];
}

export type Sdk = typeof import('@aws-sdk/client-cloudwatch');

/** Sends one request, again and again where that may help. */
export type Send = <O>(command: (sdk: Sdk) => object) => Promise<O>;

/** Queries that one GetMetricData takes. */
const BATCH = 500;

/** Asks any number of queries, in batches one after the other. */
export async function askMetricData(
  queries: readonly MetricQuery[],
  window: { from: number; to: number },
  send: Send,
): Promise<MetricData> {
  const data: MetricData = { series: [], messages: [] };
  for (let first = 0; first < queries.length; first += BATCH) {
    const { series, messages } = await askBatch(queries.slice(first, first + BATCH), window, send);
    data.series.push(...series);
    data.messages.push(...messages);
  }
  return data;
}

/** Asks at most 500 queries, page by page. What a later page says of a metric's status counts. */
async function askBatch(queries: readonly MetricQuery[], { from, to }: { from: number; to: number }, send: Send): Promise<MetricData> {
  const answers = new Map(queries.map((query, index) => [`m${index}`, new Answer(query)]));
  const messages: string[] = [];
  let token: string | undefined;
  do {
    const input = {
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: 'TimestampAscending' as const,
      MetricDataQueries: queries.map((query, index) => ({ Id: `m${index}`, ReturnData: true, MetricStat: statOf(query) })),
      ...(token !== undefined && { NextToken: token }),
    };
    const page: GetMetricDataCommandOutput = await send((sdk) => new sdk.GetMetricDataCommand(input));
    for (const result of page.MetricDataResults ?? []) answers.get(result.Id ?? '')?.add(result);
    messages.push(...(page.Messages ?? []).map(textOf));
    token = page.NextToken;
  } while (token !== undefined);
  return { series: [...answers.values()].map((answer) => answer.series()), messages };
}

function statOf({ namespace, name, dimensions, statistic, period }: MetricQuery) {
  return {
    Metric: { Namespace: namespace, MetricName: name, Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) },
    Stat: statistic,
    Period: period,
  };
}

/** The pages of one metric, put together. */
class Answer {
  readonly #points = new Map<number, number>();
  readonly #messages: string[] = [];
  #status: SeriesStatus | undefined;

  constructor(readonly query: MetricQuery) {}

  add({ Timestamps = [], Values = [], StatusCode, Messages = [] }: MetricDataResult): void {
    for (const [index, time] of Timestamps.entries()) {
      const value = Values[index];
      if (value !== undefined) this.#points.set(time.getTime(), value);
    }
    this.#messages.push(...Messages.map(textOf));
    this.#status = StatusCode ?? this.#status ?? 'Complete';
  }

  series(): MetricSeries {
    const points = [...this.#points].sort(([a], [b]) => a - b).map(([t, value]) => ({ t, value }));
    const silent = this.#status === undefined ? ['nothing was said of this metric'] : [];
    return { query: this.query, points, status: this.#status ?? 'InternalError', messages: [...this.#messages, ...silent] };
  }
}

function textOf({ Code, Value }: { Code?: string | undefined; Value?: string | undefined }): string {
  return [Code, Value].filter((part) => part !== undefined && part !== '').join(': ');
}
