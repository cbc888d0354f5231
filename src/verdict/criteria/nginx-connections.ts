import { decimal } from '../format.js';
import type { Criterion } from './criterion.js';
import { rangeRow } from './range.js';

/** Open connections of nginx, as its status page tells them or, without one, as they were counted on its port. */
export const nginxConnections: Criterion = (summary) => [
  rangeRow(summary, {
    id: 'nginx_connections',
    title: 'nginx active connections',
    metrics: ['nginx.connections_current', 'nginx.connections_established'],
    range: summary.thresholds.resources.nginxConnections,
    unit: '{count}',
    format: (value) => decimal(value, 0),
    statistic: 'peak',
    attributes: { state: 'active' },
  }),
];
