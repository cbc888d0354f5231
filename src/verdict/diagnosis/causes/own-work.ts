import { counted, millis } from '../../format.js';
import type { Cause, CriterionRow } from '../../run-result.js';
import { logCommand } from '../commands.js';
import { checkOf, checkProof, criterionOf, criterionProof } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CHECK = 'task-round-trips';

/** A task whose own work takes long: of a route, queries of PostgreSQL and the search itself. All that other tasks share with it is fast. */
export function ownWork(run: Judged, task: string, row: CriterionRow, id: string, title: string): Cause {
  const others = run.criteria.filter(({ id: other }) => other.endsWith('_p95') && other !== row.id && other !== 'connect_p95');
  const fast = others.filter(({ status }) => status === 'pass');
  const slow = others.filter(({ status }) => status === 'fail');
  const own = run.tasks.find(({ name }) => name === task);
  const middle = own?.latency?.['50%'];
  const isAlways = middle !== undefined && row.limit !== null && middle > row.limit;
  const check = checkOf(run, CHECK);
  const wasSlowAlone = check?.status === 'warn' && (check.remedy ?? '').includes(`(${task} `);
  const cpu = criterionOf(run, 'backend_cpu');
  return weigh(
    {
      id,
      title,
      actions: [
        action(
          'let PostgreSQL tell which queries take long',
          `psql -c "ALTER SYSTEM SET log_min_duration_statement = 500" -c "SELECT pg_reload_conf()"`,
        ),
        action(
          'and see those that run at the moment',
          `psql -c "SELECT now() - query_start AS since, wait_event_type, query FROM pg_stat_activity WHERE state = 'active' ORDER BY 1 DESC"`,
        ),
        ...(id === 'route-calculation'
          ? [action('see what the backends say of each calculation', logCommand(run, 'METRICS: .*route_calculation'))]
          : []),
      ],
    },
    {
      for: [
        ...(isAlways
          ? [
              proof(
                `half of ${counted(own?.requests ?? 0, 'request')} took ${millis(middle)} or more: it is not a few that are slow`,
                `tasks ${task}`,
              ),
            ]
          : []),
        ...fast.map((one) =>
          proof(`${one.title} is ${one.observed} over the same sockets, nginx and backends, so these are not slow`, `criterion ${one.id}`),
        ),
        ...(wasSlowAlone && check
          ? [{ ...checkProof(check), text: `${checkProof(check).text}: one user alone already waited as long` }]
          : []),
        ...(cpu?.status === 'pass' && isAlways
          ? [
              proof(
                `the backends used ${cpu.observed} of their CPU: they wait for something rather than calculate`,
                'criterion backend_cpu',
              ),
            ]
          : []),
      ],
      against: slow.map((one) => ({
        ...criterionProof(one),
        text: `${one.title} is slow as well (${one.observed}), which this does not explain`,
      })),
      unknown: ['PostgreSQL itself was not looked at'],
    },
  );
}
