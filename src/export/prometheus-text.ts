import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { prometheusLabel, prometheusName } from '../exported-metrics.js';
import type { DurationHistogram } from './histogram.js';
import { BOUNDS } from './histogram.js';
import type { Family } from './live-metrics.js';
import type { Attributes } from './series.js';

/** What a scrape gets, in the text format of Prometheus. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** All families as they stand, in a registry of their own: what this process measures of itself is nobody's business here. */
export async function prometheusText(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const family of families) register(family, registry);
  return await registry.metrics();
}

function register(family: Family, registry: Registry): void {
  const { metric } = family;
  const name = prometheusName(metric);
  if (family.type === 'histograms') {
    new FilledHistogram(name, metric.help, family.series, registry);
    return;
  }
  const series = family.series.map(({ attributes, value }) => ({ labels: labelsOf(attributes), value }));
  const labelNames = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))];
  if (metric.kind === 'counter') {
    const counter = new Counter({ name: `${name}_total`, help: metric.help, labelNames, registers: [registry] });
    for (const { labels, value } of series) counter.inc(labels, value);
  } else {
    const gauge = new Gauge({ name, help: metric.help, labelNames, registers: [registry] });
    for (const { labels, value } of series) gauge.set(labels, value);
  }
}

const labelsOf = (attributes: Attributes): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prometheusLabel(name), value]));

/** A histogram whose counts are known already: the library's own would have to be told of each request by itself. */
class FilledHistogram extends Histogram<string> {
  readonly #values: { metricName: string; labels: Record<string, string>; value: number }[];
  readonly #name: string;
  readonly #help: string;

  constructor(name: string, help: string, series: readonly { attributes: Attributes; value: DurationHistogram }[], registry: Registry) {
    super({ name, help, buckets: [...BOUNDS], registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#values = series.flatMap(({ attributes, value }) => linesOf(name, labelsOf(attributes), value));
  }

  /** What the registry asks a histogram for. */
  async getForPromString() {
    return { name: this.#name, help: this.#help, type: 'histogram', values: this.#values, aggregator: 'sum' };
  }
}

function linesOf(name: string, labels: Record<string, string>, histogram: DurationHistogram) {
  let sum = 0;
  const buckets = histogram.counts.map((count, index) => {
    sum += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(BOUNDS[index] ?? '+Inf') }, value: sum };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: histogram.sumSeconds },
    { metricName: `${name}_count`, labels, value: histogram.count },
  ];
}
