import type { Cause } from '../../finding.js';
import { clock, decimal } from '../../format.js';
import { redisCli } from '../commands.js';
import { readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const UPTIME = 'redis.uptime';
const LIFE = ['die', 'oom', 'start', 'restart', 'restarted', 'replaced', 'stop', 'pause'];

/** Redis went down for a while: every connection to it broke, and those that subscribe do not come back by themselves. */
export function redisRestarted(run: Judged, window: Window): Cause {
  const uptime = readingsOf(run, UPTIME, window);
  const again = uptime.find(({ value }, index) => value < (uptime[index - 1]?.value ?? value));
  const events = run.targetEvents.filter(
    ({ component, what, t }) => component === 'redis' && LIFE.includes(what) && t >= window.from && t <= window.to,
  );
  const changed = run.components.find(({ role, status }) => role === 'redis' && status === 'changed');
  const [first, last] = [uptime[0], uptime.at(-1)];
  return weigh(
    {
      id: 'redis-restarted',
      title: 'Redis was restarted, or its connections broke',
      actions: [
        action('see since when it is up', redisCli(run, 'INFO server')),
        action('restart the backends after Redis, so that they subscribe again'),
      ],
    },
    {
      seen: true,
      for: [
        ...(again === undefined ? [] : [proof(`its uptime began anew before ${clock(again.t)}`, UPTIME)]),
        ...events.slice(0, 3).map(({ what, t }) => proof(`redis ${what} at ${clock(t)}`, 'target.event')),
        ...(changed === undefined ? [] : [proof(`redis ${changed.change ?? 'changed'}`, 'target.identity')]),
      ],
      against:
        first !== undefined && last !== undefined && first !== last && again === undefined && events.length === 0 && changed === undefined
          ? [proof(`its uptime went on from ${decimal(first.value, 0)} s to ${decimal(last.value, 0)} s`, UPTIME)]
          : [],
      unknown: uptime.length < 2 ? [`no two samples of ${UPTIME}`] : [],
    },
  );
}
