import { millis } from '../../format.js';
import { backendCpu } from '../causes/backend-cpu.js';
import { generatorSaturated } from '../causes/generator.js';
import { heavyLogins, loginStorm } from '../causes/login-storm.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { brokenOf, criterionProof } from '../evidence.js';
import type { Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { proof } from '../weigh.js';

/** What waits while a replica hashes a password. */
const HELD_UP = /^(connect_success_rate|connect_p95|canary_p99|canary_delivery|error_rate|.*_p95)$/;

/** Users who log in hold up those who are there. */
export const loginStormRule: Rule = {
  id: 'login-storm',
  title: 'Logins hold up the replicas',
  diagnose(run) {
    const logins = heavyLogins(run);
    if (logins === null) return null;
    const broken = brokenOf(run, (id) => HELD_UP.test(id));
    // Logins that nobody felt are none of a storm.
    if (broken.length === 0) return null;
    const window = { from: logins.from, to: logins.to };
    return {
      symptom: `${logins.symptom}; a replica answers nobody else while it hashes a password`,
      ...window,
      evidence: [logins.proof, ...broken.map(criterionProof), ...slowestOf(run, window)],
      causes: [loginStorm(run), backendCpu(run, window), redisStalled(run, window), generatorSaturated(run, window)],
      watch: ['the time of a login, one at a time', 'logins a second during the load: none', 'CPU by backend while users log in'],
      explains: [
        'backend-stalled',
        'slow-location-update',
        'slow-start-navigation',
        'slow-tasks',
        'connect-failures',
        'task-errors',
        'lost-messages',
      ],
    };
  },
};

/** The slowest second of each task while users logged in. */
function slowestOf(run: Judged, { from, to }: Window) {
  const seconds = run.history.filter(({ second }) => second * 1000 >= from - 1000 && second * 1000 <= to);
  return run.tasks.flatMap(({ name }) => {
    const most = Math.max(0, ...seconds.map(({ tasks }) => tasks[name]?.p95Ms ?? 0));
    return most > 0 ? [proof(`${name}: ${millis(most)} at the 95th percentile of its slowest second then`, 'load.second')] : [];
  });
}
