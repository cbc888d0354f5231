import type { CustomCriterion } from '../../config/config.js';
import { metricInfo } from '../../journal/metrics.js';
import { bytes, decimal, millis, percent } from '../format.js';

/** Whether the first of two values is the worse one. */
export const worseThan = ({ must }: CustomCriterion): ((a: number, b: number) => boolean) =>
  must === 'be_below' ? (a, b) => a > b : (a, b) => a < b;

/** The unit of what is judged: the metric's, or that each second. */
export function unitOf({ metric, statistic }: CustomCriterion): string {
  const unit = metricInfo(metric)?.unit ?? '';
  const plain = unit === '{counter}' ? '{count}' : unit;
  return statistic === 'rate' ? `${plain}/s` : plain;
}

/** A value for people. */
export function show(criterion: CustomCriterion, value: number): string {
  const { metric, statistic } = criterion;
  const per = statistic === 'rate' ? '/s' : '';
  switch (metricInfo(metric)?.unit) {
    case 'ms':
      return `${millis(value)}${per}`;
    case 's':
      return `${decimal(value, 3)} s${per}`;
    case 'By':
      return `${value < 0 ? '-' : ''}${bytes(Math.abs(value))}${per}`;
    case '1':
      return `${percent(value)}${per}`;
    default:
      return `${decimal(value, 2)}${per}`;
  }
}

/** What must hold, for people. */
export function thresholdOf(criterion: CustomCriterion): string {
  const { must, limit, critical, required } = criterion;
  const isBelow = must === 'be_below';
  if (required) return `${isBelow ? (limit === 0 ? '' : '< ') : '> '}${show(criterion, limit)}`;
  const end = critical === null ? '' : ` (critical ${isBelow ? '>' : '<'} ${show(criterion, critical)})`;
  return `${isBelow ? '≤' : '≥'} ${show(criterion, limit)}${end}`;
}

/** Whether a value holds. As elsewhere nothing is less than none, so that a limit of 0 asks for none, and 100 % for all. */
export function holds(criterion: CustomCriterion, value: number): boolean {
  const { must, limit, required, metric, statistic } = criterion;
  if (!required) return !worseThan(criterion)(value, limit);
  if (must === 'be_below') return value < limit || (limit === 0 && value === 0);
  const isAll = statistic !== 'rate' && metricInfo(metric)?.unit === '1' && limit === 1;
  return value > limit || (isAll && value >= 1);
}

/** Whether a value that does not hold is critical. */
export const isCritical = (criterion: CustomCriterion, value: number): boolean =>
  !criterion.required && criterion.critical !== null && worseThan(criterion)(value, criterion.critical);
