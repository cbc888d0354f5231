import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { messageOf } from '../errors.js';
import type { LiveExport } from './export.js';
import type { LiveMetrics } from './live-metrics.js';
import { metricData } from './otlp-data.js';
import type { OtlpTarget } from './otlp-target.js';

const INTERVAL_MS = 5000;

/** One export, with its retries. */
const TIMEOUT_MS = 4000;

/** All that a receiver that does not answer may cost at the end of a run. */
const LAST_MS = 5000;

export interface OtlpOptions {
  /** Of the tool. */
  version: string;
  /** Told when exports begin to fail, for people; once for each reason in a row. */
  problem(message: string): void;
  intervalMs?: number;
}

/**
 * Sends the metrics of a run by OTLP/HTTP: every few seconds, and a last time at its end. What cannot be sent is said and missed; as the
 * sums go on from the start, the next export makes up for it.
 */
export function startOtlp(
  target: OtlpTarget,
  metrics: LiveMetrics,
  { version, problem, intervalMs = INTERVAL_MS }: OtlpOptions,
): LiveExport {
  const timeoutMillis = Math.min(TIMEOUT_MS, intervalMs);
  const exporter = new OTLPMetricExporter({ url: target.url, headers: { ...target.headers }, timeoutMillis });
  watchExports(exporter, (why) => problem(`metrics cannot be sent to ${target.url}: ${why}`));
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMillis,
    metricProducers: [producerOf(metrics, version)],
  });
  const resource = resourceFromAttributes({ 'service.name': 'loadwitness', 'service.version': version });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return {
    place: target.url,
    close: async () => {
      // Its own watcher has told of an export that failed; what is left to go wrong is that there is no end in sight.
      await provider.shutdown({ timeoutMillis: LAST_MS }).catch((error: unknown) => {
        problem(`the last metrics were not sent to ${target.url}: ${messageOf(error)}`);
      });
    },
  };
}

/** The SDK's own instruments would have to be told of each request by itself; here they are added up already. */
function producerOf(metrics: LiveMetrics, version: string): MetricProducer {
  return {
    collect: async () => {
      const { startedAt, now } = metrics;
      const data = metrics.families().map((family) => metricData(family, startedAt, now));
      const scopeMetrics = data.length === 0 ? [] : [{ scope: { name: 'loadwitness', version }, metrics: data }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

/** The SDK tells nobody of an export that failed. */
function watchExports(exporter: PushMetricExporter, problem: (why: string) => void): void {
  const send = exporter.export.bind(exporter);
  let said: string | undefined;
  exporter.export = (metrics, done) =>
    send(metrics, (result) => {
      const why = result.code === 0 ? undefined : messageOf(result.error ?? new Error('no reason given'));
      if (why !== undefined && why !== said) problem(why);
      said = why;
      done(result);
    });
}
