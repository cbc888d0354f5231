import { ownWork } from '../causes/own-work.js';
import type { Rule } from '../rule.js';
import { slowFinding, slowTasks } from '../slow-task.js';

/** Tasks that have rules of their own. */
const OTHERS = ['start_navigation', 'location_update'];

/** Any other task that is answered too late. */
export const slowTasksRule: Rule = {
  id: 'slow-tasks',
  title: 'Replies are slow',
  diagnose: (run) =>
    slowFinding(
      run,
      slowTasks(run).filter(({ task }) => !OTHERS.includes(task)),
      ({ task, row }) => [ownWork(run, task, row, 'own-work', `What ${task} does is slow by itself`)],
      ['the same task with one user: what is slow alone is slow for all', 'CPU of each backend: one core is all that an event loop has'],
    ),
};
