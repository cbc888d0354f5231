import type { Cause } from '../../finding.js';
import { clock, counted, decimal } from '../../format.js';
import { redisCli } from '../commands.js';
import { greatest, loadWindow, type Reading, readingsWithin, seriesOf, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const LENGTH = 'redis.list.length';
const MIN_READINGS = 4;

/** A list that has not grown by so many is at rest. */
const MIN_GROWTH = 10;

interface Growing {
  key: string;
  db: string;
  first: Reading;
  last: Reading;
  /** How often it was shorter than at the reading before. */
  falls: number;
  readings: number;
}

/** A list in Redis that nobody empties grows through the whole load. */
export const celeryGrowth: Rule = {
  id: 'celery-growth',
  title: 'A queue in Redis grows and is not worked off',
  diagnose(run) {
    const window = loadWindow(run);
    const lists = window === null ? [] : growing(run, window);
    const [worst] = lists.sort((a, b) => b.last.value - a.last.value);
    if (window === null || worst === undefined) return null;
    const seconds = (worst.last.t - worst.first.t) / 1000;
    const rate = (worst.last.value - worst.first.value) / seconds;
    return {
      symptom: `the list ${worst.key} (db ${worst.db}) grew from ${worst.first.value} to ${worst.last.value} entries, ${decimal(rate, 1)} a second, all through the load`,
      from: worst.first.t,
      to: worst.last.t,
      evidence: lists.map(({ key, db, first, last, readings }) =>
        proof(
          `${key} (db ${db}): ${first.value} at ${clock(first.t)}, ${last.value} at ${clock(last.t)}, ${counted(readings, 'sample')}`,
          LENGTH,
        ),
      ),
      causes: [noWorker(run, worst), slowWorkers(worst)],
      watch: [`${LENGTH} of ${worst.key}: it must come back to where it was`, 'redis.memory.used'],
    };
  },
};

/** Lists that are longest at the end, and were longer at each third of the load than at the one before. */
function growing(run: Judged, window: Window): Growing[] {
  return seriesOf(run, LENGTH).flatMap((series) => {
    const readings = readingsWithin(series, window);
    const [first, last, most] = [readings[0], readings.at(-1), greatest(readings)];
    if (first === undefined || last === undefined || readings.length < MIN_READINGS || last.value - first.value < MIN_GROWTH) return [];
    const thirds = [first, ...[1, 2].map((third) => readings[Math.floor((third * (readings.length - 1)) / 3)] as Reading), last];
    const rises = thirds.every(({ value }, index) => index === 0 || value > (thirds[index - 1]?.value ?? 0));
    if (!rises || last.value < (most?.value ?? 0)) return [];
    const falls = readings.filter(({ value }, index) => value < (readings[index - 1]?.value ?? value)).length;
    return [{ key: series.attributes.key ?? '', db: series.attributes.db ?? '', first, last, falls, readings: readings.length }];
  });
}

const QUOTED = /^[\w:.-]+$/;

function noWorker(run: Judged, { key, db, falls, readings }: Growing): Cause {
  const name = QUOTED.test(key) ? key : '<list>';
  return weigh(
    {
      id: 'no-worker',
      title: 'No worker takes jobs off the queue',
      actions: [
        action('see how long it is', redisCli(run, `-n ${db || '0'} LLEN ${name}`)),
        action('see which workers there are', 'celery -A <app> inspect ping'),
        action('start one, or empty the queue after the test if its jobs do not matter', redisCli(run, `-n ${db || '0'} DEL ${name}`)),
      ],
    },
    {
      for: falls === 0 ? [proof(`it never became shorter in ${counted(readings, 'sample')}`, LENGTH)] : [],
      against: falls > 0 ? [proof(`it became shorter ${counted(falls, 'time')}: somebody takes jobs`, LENGTH)] : [],
    },
  );
}

function slowWorkers({ falls, readings }: Growing): Cause {
  return weigh(
    {
      id: 'slow-workers',
      title: 'The workers are slower than the load',
      actions: [
        action('start more workers', 'celery -A <app> worker --concurrency 8'),
        action('or make fewer jobs: not one for each message'),
      ],
    },
    {
      for: falls > 0 ? [proof(`it grew although it became shorter ${counted(falls, 'time')}`, LENGTH)] : [],
      against: falls === 0 ? [proof(`it never became shorter in ${counted(readings, 'sample')}`, LENGTH)] : [],
    },
  );
}
