import { ownWork } from '../causes/own-work.js';
import { pubsubDelay } from '../causes/pubsub-delay.js';
import { redisOutputBuffer } from '../causes/redis-output-buffer.js';
import type { Rule } from '../rule.js';
import { slowFinding, slowTasks } from '../slow-task.js';

const TASK = 'location_update';

/** The guide's problem 3: positions are answered too late. */
export const slowLocationUpdate: Rule = {
  id: 'slow-location-update',
  title: 'location_update is slow',
  diagnose: (run) =>
    slowFinding(
      run,
      slowTasks(run).filter(({ task }) => task === TASK),
      ({ row, window }) => [
        ownWork(run, TASK, row, 'location-guidance', 'The guidance of a position itself is slow'),
        pubsubDelay(run),
        redisOutputBuffer(run, window),
      ],
      [
        'redis.round_trip.time: each update reads and writes a session',
        'CPU of each backend: one core is all that an event loop has',
        'seconds in which nothing is answered, as against seconds in which all is slow',
      ],
    ),
};
