import type { Cause } from '../../finding.js';
import { counted } from '../../format.js';
import { generatorSaturated } from '../causes/generator.js';
import { CONNECTION, failuresOf, linesProof, logLines, nginxLines, occurrencesOf, timesOf } from '../evidence.js';
import { loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CLOSE = 'close 1011';
const FOREIGN = /\b1011\b|keepalive/i;

/** A client has so long to answer a ping. */
const PATIENCE_S = 20;

/** The target drops clients that do not answer its pings. */
export const keepaliveDrops: Rule = {
  id: 'keepalive-drops',
  title: 'The target drops clients that do not answer its pings',
  diagnose(run) {
    const window = loadWindow(run);
    const drops = failuresOf(run, CONNECTION).filter(({ kind }) => kind === CLOSE);
    const told = (run.external?.rows ?? []).flatMap(({ errors }) => Object.entries(errors)).filter(([message]) => FOREIGN.test(message));
    const count = occurrencesOf(drops) + told.reduce((sum, [, of]) => sum + of, 0);
    if (window === null || count === 0) return null;
    const times = timesOf(drops) ?? window;
    return {
      symptom: `${counted(count, 'socket')} closed by the target with 1011, which it does to a client that is silent for ${PATIENCE_S} s after a ping`,
      ...times,
      evidence: [
        ...drops.map(({ occurrences }) => proof(`${counted(occurrences, 'drop')} with close code 1011`, 'load.second drops')),
        ...told.map(([message, of]) => proof(`${message}: ${of}`, (run.external?.files ?? []).join(', '))),
      ],
      causes: [
        silentClient(run, times),
        generatorSaturated(run, { from: times.from - 2 * PATIENCE_S * 1000, to: times.to }),
        internalError(run),
      ],
      watch: ['closed sockets by code', 'the event loop of the load generator'],
    };
  },
};

/** The client reads only when it sends. */
function silentClient(run: Judged, window: Window): Cause {
  const blocked = run.history
    .filter(({ second }) => second * 1000 >= window.from - 2 * PATIENCE_S * 1000 && second * 1000 <= window.to)
    .reduce((most, { generator }) => Math.max(most, generator.loopDelayMs), 0);
  const own = run.mode === 'load';
  return weigh(
    {
      id: 'silent-client',
      title: 'The client does not read all the time',
      actions: [action('read in the background from the first moment on: a WebSocket library answers pings only while somebody reads')],
    },
    {
      for: own ? [] : [proof('another tool sent the load: the guide’s client reads only when it sends', 'run.start mode')],
      against:
        own && blocked < PATIENCE_S * 1000
          ? [proof('the users of loadwitness read all the time, and no event loop of theirs was blocked for long', 'load.second generator')]
          : [],
    },
  );
}

/** 1011 is also what a server says that has met an error of its own. */
function internalError(run: Judged): Cause {
  const errors = logLines(run, 'error_level');
  const timeouts = nginxLines(run, 'upstream_timeout') ?? 0;
  return weigh(
    {
      id: 'internal-error',
      title: 'The target met an error of its own, for which it closes with 1011 too',
      actions: [action('read the errors in the backends’ logs')],
    },
    {
      for: [
        ...(errors.total > 0 ? [linesProof(errors)] : []),
        ...(timeouts > 0 ? [proof(`${counted(timeouts, 'line')} "upstream timed out"`, 'log.matches upstream_timeout')] : []),
      ],
      against: errors.total === 0 && errors.counted > 0 && errors.problem === null ? [linesProof(errors)] : [],
      unknown: errors.counted === 0 ? ['no log was searched for errors'] : errors.problem === null ? [] : [errors.problem],
    },
  );
}
