import { counted, percent } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { logCommand } from '../commands.js';
import { logLines, present } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CALCULATED = 'route_metrics';
const HITS = 'route_cache_hit';

/** With this share of hits a slow 95th percentile is itself one of a hit. */
const ALL = 0.95;
const MOST = 0.5;

/** Routes were calculated anew because the cache did not have them. */
export function routeCache(run: Judged): Cause {
  const calculated = logLines(run, CALCULATED);
  const hits = logLines(run, HITS);
  const share = calculated.total === 0 ? undefined : hits.total / calculated.total;
  const told =
    share === undefined
      ? []
      : [proof(`${hits.total} of ${counted(calculated.total, 'route')} came from the cache (${percent(share)})`, `log.matches ${HITS}`)];
  return weigh(
    {
      id: 'route-cache',
      title: 'The cache did not have the routes',
      actions: [
        action(
          'count hits and misses: the backends write no line 캐시 히트, but METRICS with "cache_hit"',
          logCommand(run, '"cache_hit": (true|false)'),
        ),
        action('load the usual routes once before the test, and keep them for longer than it lasts'),
      ],
    },
    {
      for: share !== undefined && share < MOST ? told : [],
      against: share !== undefined && share >= MOST ? told : [],
      unknown:
        share === undefined
          ? [
              calculated.counted === 0
                ? `${CALCULATED} was not counted in any log`
                : `no line of ${CALCULATED} in the logs: whether the cache had the routes is not told`,
            ]
          : share < ALL
            ? present([share >= MOST ? `the other ${percent(1 - share)} were calculated` : null])
            : [],
    },
  );
}
