import type { Cause } from '../../finding.js';
import { clock, counted } from '../../format.js';
import { logCommand, redisCli, restartCommand } from '../commands.js';
import { criterionOf, logLines, present } from '../evidence.js';
import { greatest, least, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

export const SUBSCRIBERS = 'redis.pubsub.subscribers';
const LISTENER_ERROR = 'pubsub_listener_error';

/** How many subscribe at the least, and how many should. Null where nobody read it, or nobody said how many there should be. */
export function subscribersOf(
  run: Judged,
  window: Window,
): { least: number; wanted: number; from: number; to: number; samples: number } | null {
  const readings = readingsOf(run, SUBSCRIBERS, window);
  // One subscriber for each replica; where nobody said how many those are, as many as there once were.
  const wanted = criterionOf(run, 'pubsub_subscribers')?.limit ?? greatest(readings)?.value;
  const low = least(readings);
  if (low === undefined || wanted === undefined) return null;
  const short = readings.filter(({ value }) => value < wanted);
  const [first, last] = [short[0] ?? low, short.at(-1) ?? low];
  const from = first === readings[0] ? (sinceOf(run, wanted, first.t) ?? first.t) : first.t;
  return { least: low.value, wanted, from, to: last.t, samples: readings.length };
}

/** When it began that was there at a time already: it may have been before the load. */
function sinceOf(run: Judged, wanted: number, t: number): number | undefined {
  const before = readingsOf(run, SUBSCRIBERS, { from: run.window.runStart, to: t });
  return before[before.findLastIndex(({ value }) => value >= wanted) + 1]?.t;
}

/** A backend no longer listens on the channel, and does not begin again by itself. */
export function pubsubListener(run: Judged, window: Window): Cause {
  const subscribers = subscribersOf(run, window);
  const example = run.logExamples.find(({ pattern }) => pattern === LISTENER_ERROR);
  const log = logLines(run, LISTENER_ERROR);
  const isShort = subscribers !== null && subscribers.least < subscribers.wanted;
  const reached = run.canaries?.leastSubscribers ?? null;
  const lines = example === undefined ? [] : [proof(`${example.backend} wrote: ${example.line}`, `log.example ${LISTENER_ERROR}`)];
  const told =
    log.total > 0 && example === undefined
      ? [proof(`${counted(log.total, 'line')} of ${LISTENER_ERROR} (${log.where})`, `log.matches ${LISTENER_ERROR}`)]
      : [];
  return weigh(
    {
      id: 'pubsub-listener',
      title: 'The Pub/Sub listener of a backend ended, and never comes back by itself',
      actions: [
        ...present([example && logCommand(run, '리스너 오류', example.backend)]).map((command) =>
          action('see when and why it ended', command),
        ),
        action('count who listens: it must be one for each replica', redisCli(run, `PUBSUB NUMSUB ${channelOf(run)}`)),
        action(
          `restart ${example?.backend ?? 'the backend that no longer listens'}: it subscribes when it starts`,
          restartCommand(run, example?.backend),
        ),
        action('have the listener subscribe again, with a growing pause, when its connection ends, and /health fail until it has'),
      ],
    },
    {
      seen: isShort && lines.length + told.length > 0,
      for: [
        ...(isShort
          ? [
              proof(
                `NUMSUB was ${subscribers.least} and not ${subscribers.wanted} from ${clock(subscribers.from)} to ${clock(subscribers.to)}`,
                SUBSCRIBERS,
              ),
            ]
          : []),
        ...lines,
        ...told,
      ],
      against: [
        ...(subscribers !== null && !isShort
          ? [proof(`NUMSUB was never below ${subscribers.wanted} in ${counted(subscribers.samples, 'sample')}`, SUBSCRIBERS)]
          : []),
        ...(subscribers === null && reached !== null && lines.length === 0
          ? [proof(`a PUBLISH reached at least ${counted(reached, 'subscriber')}`, 'canary.second')]
          : []),
      ],
      unknown: [
        ...(subscribers === null ? [`no sample of ${SUBSCRIBERS}`] : []),
        ...(isShort && log.counted === 0 && example === undefined ? [`no log was searched for ${LISTENER_ERROR}`] : []),
      ],
    },
  );
}

function channelOf(run: Judged): string {
  return run.series.find(({ name }) => name === SUBSCRIBERS)?.attributes.channel ?? 'kindmap_events';
}
