import { ownWork } from '../causes/own-work.js';
import { routeCache } from '../causes/route-cache.js';
import type { Rule } from '../rule.js';
import { slowFinding, slowTasks } from '../slow-task.js';

const TASK = 'start_navigation';

/** The guide's problem 2: routes take too long. */
export const slowStartNavigation: Rule = {
  id: 'slow-start-navigation',
  title: 'start_navigation is slow',
  diagnose: (run) =>
    slowFinding(
      run,
      slowTasks(run).filter(({ task }) => task === TASK),
      ({ row }) => [
        ownWork(run, TASK, row, 'route-calculation', 'The route calculation itself is slow: it waits for PostgreSQL, or for its own code'),
        routeCache(run),
      ],
      [
        'the 95th percentile of start_navigation with one user: what is slow alone is slow for all',
        'slow queries of PostgreSQL while the load runs',
        'lines of METRICS with "cache_hit": false',
      ],
    ),
};
