import { decimal } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** Open connections of nginx. */
export const nginxConnections: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'nginx_connections',
    title: 'nginx active connections',
    metric: 'nginx.connections_current',
    range: summary.thresholds.resources.nginxConnections,
    unit: '{count}',
    format: (value) => decimal(value, 0),
    statistic: 'peak',
    attributes: { state: 'active' },
  }),
];
