import type { CloudWatchClientConfig, ListMetricsCommandOutput, CloudWatchClient as SdkClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchConfig } from '../config/config.js';
import { askMetricData, type MetricData, type MetricId, type MetricQuery, type Sdk, type Send } from './cloudwatch-data.js';
import { CloudWatchError, explain, firstLine, NoCredentialsError } from './cloudwatch-error.js';

export type { Datapoint, MetricData, MetricId, MetricQuery, MetricSeries, SeriesStatus } from './cloudwatch-data.js';

/** What Loadwitness asks of CloudWatch. Every call rejects within the deadline with a {@link CloudWatchError}. */
export interface CloudWatchClient {
  /** Every metric that fits, of the last two weeks. */
  listMetrics(filter: MetricId, signal?: AbortSignal): Promise<MetricId[]>;
  /** Datapoints whose period begins within `from` (inclusive) and `to` (exclusive), Unix ms. */
  getMetricData(queries: readonly MetricQuery[], window: { from: number; to: number }, signal?: AbortSignal): Promise<MetricData>;
  /** A chart as PNG. @param widget the graph as CloudWatch's "metric widget" describes it. */
  getMetricWidgetImage(widget: object, signal?: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

export interface ConnectOptions {
  /** Of one call with all its pages and repetitions, in ms. */
  deadlineMs?: number;
  /** Is told the access key, the secret key and the session token as soon as they are known, so that no file gets them. */
  onSecret?(secret: string): void;
}

const DEFAULT_DEADLINE_MS = 10_000;

/** More than fit into any deadline: the deadline ends the repetitions, not their number. */
const ATTEMPTS = 100;

/** Says nothing: the SDK would write warnings to the console. */
const SILENT = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

interface Connection {
  sdk: Sdk;
  client: SdkClient;
}

/**
 * A client that loads the SDK and looks for credentials (the SDK's chain: environment, shared files, SSO, process, web identity,
 * container, instance) at its first call. What is throttled or fails in passing is asked again, with growing pauses, until the deadline.
 */
export function connectCloudWatch(
  { region, endpoint, profile }: Pick<CloudWatchConfig, 'region' | 'endpoint' | 'profile'>,
  { deadlineMs = DEFAULT_DEADLINE_MS, onSecret }: ConnectOptions = {},
): CloudWatchClient {
  const secrets = new Set<string>();
  let connection: Promise<Connection> | undefined;
  let closed = false;

  async function connect(): Promise<Connection> {
    // A warning about the version of Node, on stderr, that whoever runs this can do nothing about: the SDK is a part of the tool.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    // Loaded when it is needed: it is large, and most runs do without.
    const sdk = await import('@aws-sdk/client-cloudwatch');
    const config: CloudWatchClientConfig = {
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(profile !== undefined && { profile }),
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      logger: SILENT,
      requestHandler: { connectionTimeout: deadlineMs, requestTimeout: deadlineMs, throwOnRequestTimeout: true },
    };
    return { sdk, client: new sdk.CloudWatchClient(config) };
  }

  /** Rejects where there is no region or are no credentials: before the request, so that it can be told apart. */
  async function prepared(): Promise<Connection> {
    if (closed) throw new CloudWatchError('failed', 'the client of CloudWatch is closed');
    connection ??= connect();
    const { sdk, client } = await connection;
    await client.config.region().catch(() => {
      throw new CloudWatchError('region', 'no AWS region: set cloudwatch.region in the configuration (or AWS_REGION), e.g. ap-northeast-2');
    });
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials().catch((error: unknown) => {
      throw new NoCredentialsError(clean(firstLine(error)));
    });
    for (const secret of [accessKeyId, secretAccessKey, sessionToken ?? '']) {
      if (secret === '' || secrets.has(secret)) continue;
      secrets.add(secret);
      onSecret?.(secret);
    }
    return { sdk, client };
  }

  function clean(text: string): string {
    let cleaned = text.replace(/\b(AKIA|ASIA)[A-Z0-9]{8,}/g, '<redacted>');
    for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '<redacted>');
    return cleaned;
  }

  /** Runs one call with all its requests within the deadline. */
  async function call<T>(operation: string, outer: AbortSignal | undefined, work: (send: Send) => Promise<T>): Promise<T> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    const signal = outer === undefined ? deadline.signal : AbortSignal.any([outer, deadline.signal]);
    let attempts = 0;
    let lastError: unknown;
    let isReady = false;
    const send: Send = async (command) => {
      const { sdk, client } = await prepared();
      isReady = true;
      const made = command(sdk) as Parameters<SdkClient['send']>[0];
      // Within the repetitions: when the deadline ends them, what they were made for is the reason, not the deadline.
      made.middlewareStack.add(
        (next) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            if (!signal.aborted) {
              attempts++;
              lastError = error;
            }
            throw error;
          }
        },
        { step: 'finalizeRequest', priority: 'low', name: 'lastError' },
      );
      return (await client.send(made, { abortSignal: signal })) as never;
    };
    const over = new Promise<never>((_, reject) => {
      // Not left to the SDK: its search for credentials takes no signal.
      signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([work(send), over]);
    } catch (error) {
      const timedOut = deadline.signal.aborted;
      if (timedOut && !isReady) throw new NoCredentialsError(`their search was not done within ${deadlineMs} ms`);
      if (signal.aborted && !timedOut) throw new CloudWatchError('silent', `${operation} was broken off`);
      throw explain(timedOut ? (lastError ?? error) : error, { operation, deadlineMs, timedOut, attempts, clean });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    listMetrics: (filter, signal) =>
      call('ListMetrics', signal, async (send) => {
        const found: MetricId[] = [];
        let token: string | undefined;
        do {
          const page: ListMetricsCommandOutput = await send((sdk) => new sdk.ListMetricsCommand(listInput(filter, token)));
          for (const { Namespace = '', MetricName = '', Dimensions = [] } of page.Metrics ?? []) {
            const dimensions = Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
            found.push({ namespace: Namespace, name: MetricName, dimensions });
          }
          token = page.NextToken;
        } while (token !== undefined);
        return found;
      }),
    getMetricData: (queries, window, signal) =>
      call('GetMetricData', signal, async (send) => {
        const { series, messages } = await askMetricData(queries, window, send);
        return { series, messages: messages.map(clean) };
      }),
    getMetricWidgetImage: (widget, signal) =>
      call('GetMetricWidgetImage', signal, async (send) => {
        const input = { MetricWidget: JSON.stringify(widget), OutputFormat: 'png' };
        const { MetricWidgetImage: image } = await send<{ MetricWidgetImage?: Uint8Array }>(
          (sdk) => new sdk.GetMetricWidgetImageCommand(input),
        );
        if (image === undefined || image.length === 0) throw new CloudWatchError('failed', 'CloudWatch gave an empty picture');
        return image;
      }),
    close() {
      closed = true;
      // Where the SDK could not even be loaded there is nothing to close.
      void connection?.then(({ client }) => client.destroy(), quiet);
    },
  };
}

function listInput({ namespace, name, dimensions }: MetricId, token: string | undefined) {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    ...(token !== undefined && { NextToken: token }),
  };
}

function quiet(): void {
  // Nothing to say and nothing to do.
}
