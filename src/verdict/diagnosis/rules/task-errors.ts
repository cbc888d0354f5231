import { counted, percent } from '../../format.js';
import type { Cause, FailureRow } from '../../run-result.js';
import { backendCpu } from '../causes/backend-cpu.js';
import { backendFrozen } from '../causes/backend-frozen.js';
import { backendLost } from '../causes/backend-lost.js';
import { generatorSaturated } from '../causes/generator.js';
import { redisEvictions } from '../causes/redis-evictions.js';
import { redisRestarted } from '../causes/redis-restarted.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { logCommand } from '../commands.js';
import { brokenOf, CONNECT, CONNECTION, criterionProof, exampleOf, kindsOf, occurrencesOf, present, timesOf } from '../evidence.js';
import { loadWindow } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { isExplainedByStalls } from '../stalls.js';
import { action, proof, weigh } from '../weigh.js';

const SESSION = /NO_ACTIVE_SESSION/;
const ANSWER = /^error /;

/** Requests of users who were connected failed: with an error for an answer, or with none. */
export const taskErrors: Rule = {
  id: 'task-errors',
  title: 'Requests fail',
  diagnose(run) {
    // Sockets that were lost took their requests along: that is told where they are.
    const failures = run.failures.filter(({ task, kind }) => task !== CONNECT && task !== CONNECTION && !kind.startsWith('close '));
    const broken = brokenOf(run, (id) => id === 'error_rate');
    const window = timesOf(failures);
    const count = occurrencesOf(failures);
    if (broken.length === 0 || window === null || loadWindow(run) === null) return null;
    // A slow task that times out is told as slow.
    const isSlow = failures.every(
      ({ task, kind }) => kind === 'timeout' && run.criteria.some(({ id, status }) => id === `${task}_p95` && status === 'fail'),
    );
    if (isSlow && !failures.some(({ task }) => isExplainedByStalls(run, task))) return null;
    const isMinor = count < occurrencesOf(run.failures) / 10;
    if (isMinor) return null;
    const tasks = run.tasks.filter(({ name }) => name !== CONNECT).reduce((sum, { requests }) => sum + requests, 0);
    const rows = [...failures].sort((a, b) => b.occurrences - a.occurrences);
    return {
      symptom: `${count} of ${counted(tasks, 'request')} failed (${percent(tasks === 0 ? 0 : count / tasks)}): ${kindsOf(rows.slice(0, 4))}`,
      ...window,
      evidence: [
        ...broken.map(criterionProof),
        ...rows.slice(0, 6).map(({ task, kind, occurrences }) => proof(`${task}: ${kind} ${occurrences}`, `failures of ${task}`)),
      ],
      causes: [
        ...present([answers(run, rows)]),
        backendFrozen(run, window),
        backendCpu(run, window),
        backendLost(run),
        redisRestarted(run, window),
        redisEvictions(run, window),
        redisStalled(run, window),
        generatorSaturated(run, window),
      ],
      watch: ['failures by kind and second', 'the lines of error_level in the backends’ logs'],
    };
  },
};

/** The target answered, and its answer says what is wrong. Null where it did not answer. */
function answers(run: Judged, failures: readonly FailureRow[]): Cause | null {
  const said = failures.filter(({ kind }) => ANSWER.test(kind));
  if (said.length === 0) return null;
  const isSession = said.some(({ kind }) => SESSION.test(kind));
  return weigh(
    {
      id: isSession ? 'sessions-lost' : 'target-errors',
      title: isSession ? 'The target no longer knew the sessions of its users' : 'The target answers with errors of its own',
      actions: [action('see what the backends say of it', logCommand(run, ' - (ERROR|CRITICAL) - '))],
    },
    {
      for: [
        ...said
          .slice(0, 4)
          .map(({ task, kind, occurrences }) =>
            proof(`${task} was answered ${kind} ${counted(occurrences, 'time')}`, `failures of ${task}`),
          ),
        ...present([exampleOf(run, 'error_level')]),
      ],
    },
  );
}
