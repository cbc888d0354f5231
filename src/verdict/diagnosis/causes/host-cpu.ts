import type { Cause } from '../../finding.js';
import { clock, counted, percent } from '../../format.js';
import { criterionOf } from '../evidence.js';
import { greatest, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';
import { aroundOf, HOST_CPU } from './cpu-credits.js';

/** Where the run has no limit of its own for it. */
const BUSY = 0.7;

/** The machine that the target runs on had no CPU left, whatever a single container used of it. */
export function hostCpu(run: Judged, window: Window): Cause {
  const readings = readingsOf(run, HOST_CPU, aroundOf(window));
  const most = greatest(readings);
  const limit = criterionOf(run, 'host_cpu')?.limit ?? BUSY;
  const told =
    most === undefined
      ? []
      : [proof(`${percent(most.value)} at most in ${counted(readings.length, 'datapoint')}, at ${clock(most.t)}`, HOST_CPU)];
  const isBusy = most !== undefined && most.value > limit;
  return weigh(
    {
      id: 'host-cpu',
      title: "The target's machine was out of CPU",
      actions: [
        action('see what uses it', 'top -b -n 1 | head -20'),
        action('move Redis, nginx or the database to a machine of their own, or take a larger one'),
      ],
    },
    {
      seen: true,
      for: isBusy ? told : [],
      against: isBusy ? [] : told,
      unknown: most === undefined ? [`no datapoint of ${HOST_CPU}`] : [],
    },
  );
}
