import { clock, counted, percent } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { containersOf } from '../commands.js';
import { byBackend, median } from '../evidence.js';
import { greatest, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const METRIC = 'container.cpu.throttled';

/** Beyond this share of its periods a backend waits for its quota often enough to be felt. */
const FELT = 0.1;

/** The scheduler held backends back for their CPU quota, which averages do not show. Null where they are no containers. */
export function backendThrottled(run: Judged, window: Window): Cause | null {
  const [container] = containersOf(run, 'backend');
  const worst = [...byBackend(run, METRIC, window)]
    .flatMap(([backend, readings]) => {
      const peak = greatest(readings);
      return peak === undefined ? [] : [{ backend, peak, middle: median(readings.map(({ value }) => value)), samples: readings.length }];
    })
    .sort((a, b) => b.peak.value - a.peak.value)[0];
  const hasStats = [...byBackend(run, 'container.cpu.utilization', window)].length > 0;
  if (container === undefined && worst === undefined && !hasStats) return null;
  const text =
    worst &&
    `${worst.backend} was held back in at most ${percent(worst.peak.value)} of its scheduler periods (${clock(worst.peak.t)}), mostly in ${percent(worst.middle)} (${counted(worst.samples, 'sample')})`;
  const isFelt = worst !== undefined && worst.peak.value > FELT;
  return weigh(
    {
      id: 'backend-throttled',
      title: 'The CPU quota of the backends held them back',
      actions: [
        action(
          'see the quota and how often it was used up',
          container === undefined ? null : `docker exec ${container.id} cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.stat`,
        ),
        action('raise or take away the limit (deploy.resources.limits.cpus), and make the containers anew'),
      ],
    },
    {
      seen: worst !== undefined && worst.middle > FELT,
      for: isFelt && text !== undefined ? [proof(text, METRIC)] : [],
      against:
        text !== undefined && !isFelt
          ? [proof(text, METRIC)]
          : worst === undefined && hasStats
            ? [
                proof(
                  'the containers have no CPU quota, so nothing is held back',
                  'container.cpu.utilization without container.cpu.throttled',
                ),
              ]
            : [],
      unknown: worst === undefined && !hasStats ? [`no sample of ${METRIC} at that time`] : [],
    },
  );
}
