import { LogPattern } from '../../config/config.js';
import { visible } from '../../report/text.js';

/** Patterns whose names say that something went wrong. What they count is told first, and each first line of them is an event. */
const ALARMING = /fail|error|refused|expired|lost|dead|dropped|crash|alert|crit|emerg/i;

export const isAlarming = (pattern: string): boolean => pattern === LogPattern.publishFailed || ALARMING.test(pattern);

/** What was counted in a log, as text: `publish_failed 2 · route_calculated 120`. What was never seen is left out. */
export function logText(patterns: Iterable<string>, countOf: (pattern: string) => number | undefined): string {
  const seen = [...patterns].flatMap((pattern) => {
    const count = countOf(pattern) ?? 0;
    return count > 0 ? [{ pattern, count }] : [];
  });
  const rank = (pattern: string): number => (isAlarming(pattern) ? 0 : pattern === LogPattern.routeCalculated ? 1 : 2);
  seen.sort((a, b) => rank(a.pattern) - rank(b.pattern));
  return seen.map(({ pattern, count }) => `${visible(pattern)} ${count}`).join(' · ');
}
