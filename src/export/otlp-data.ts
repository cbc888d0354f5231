import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { BOUNDS } from './histogram.js';
import type { Family } from './live-metrics.js';
import type { Attributes } from './series.js';

/** `ValueType.DOUBLE` of @opentelemetry/api. */
const DOUBLE = 1;

type Time = DataPoint<number>['startTime'];

/** Unix ms as OpenTelemetry's seconds and nanoseconds. */
const timeOf = (ms: number): Time => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

/** A family in the words of OpenTelemetry's SDK: sums since the run's start. */
export function metricData(family: Family, startedAt: number, now: number): MetricData {
  const { name, help, unit, kind } = family.metric;
  const point = <T>(attributes: Attributes, value: T): DataPoint<T> => ({
    startTime: timeOf(startedAt),
    endTime: timeOf(now),
    attributes,
    value,
  });
  const base = {
    descriptor: { name, description: help, unit, valueType: DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (family.type === 'histograms') {
    const dataPoints = family.series.map(({ attributes, value: { counts, count, sumSeconds: sum } }) =>
      point(attributes, { buckets: { boundaries: [...BOUNDS], counts: [...counts] }, count, sum }),
    );
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = family.series.map(({ attributes, value }) => point(attributes, value));
  if (kind === 'counter') return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}
