import { counted } from '../../format.js';
import { redisEvictions } from '../causes/redis-evictions.js';
import { brokenOf, criterionProof, occurrencesOf } from '../evidence.js';
import { counterOf, firstRise, loadWindow } from '../readings.js';
import type { Rule } from '../rule.js';
import { proof } from '../weigh.js';

const EVICTED = 'redis.keys.evicted';

/** Redis threw keys away while the load ran. */
export const redisKeyEvictions: Rule = {
  id: 'redis-evictions',
  title: 'Redis evicts keys',
  diagnose(run) {
    const window = loadWindow(run);
    const evicted = window && counterOf(run, EVICTED, window);
    if (window === null || !evicted || evicted.grew === 0) return null;
    const lostSessions = run.failures.filter(({ kind }) => kind === 'error NO_ACTIVE_SESSION');
    const sessions = occurrencesOf(lostSessions);
    const from = firstRise(run, EVICTED, window)?.t ?? window.from;
    return {
      symptom: `Redis evicted ${counted(evicted.grew, 'key')} during the load${sessions > 0 ? `, and ${counted(sessions, 'request')} found no session` : ''}`,
      from,
      to: evicted.last.t,
      evidence: [
        proof(`${EVICTED} rose from ${evicted.first.value} to ${evicted.last.value}`, EVICTED),
        ...brokenOf(run, (id) => id === 'redis_memory').map(criterionProof),
        ...lostSessions.map(({ task, kind, occurrences }) => proof(`${task}: ${kind} ${occurrences}`, `failures of ${task}`)),
      ],
      causes: [redisEvictions(run, window)],
      watch: [
        'redis.keys.evicted: it must stand still',
        'redis.memory.used against redis.maxmemory',
        'redis.list.length: a list that grows takes the room of sessions',
      ],
      // Other failures beside those for want of a session have causes of their own.
      explains: sessions > 0 && sessions === occurrencesOf(run.failures) ? ['task-errors'] : [],
    };
  },
};
