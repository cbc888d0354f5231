import type { Cause } from '../../finding.js';
import { clock, counted, decimal, percent } from '../../format.js';
import { greatest, least, type Reading, readingsOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

export const BALANCE = 'aws.ec2.cpu_credit.balance';
export const HOST_CPU = 'aws.ec2.cpu.utilization';

/** A credit is one core for a minute: what is left below this is gone within one datapoint. */
export const SPENT = 1;

/** The highest baseline of any burstable size is 40 %; an instance that uses more without credits borrows (mode unlimited). */
const HIGHEST_BASELINE = 0.45;

/** A datapoint of credits is of five minutes. */
const PERIOD_MS = 300_000;

/** The datapoints that tell of a window: each is of the time after it. */
export const aroundOf = ({ from, to }: Window): Window => ({ from: from - PERIOD_MS, to });

/** The instance has used up its CPU credits, and is held to its baseline: a fraction of its cores. */
export function cpuCredits(run: Judged, window: Window): Cause {
  const balance = readingsOf(run, BALANCE, aroundOf(window));
  const spent = balance.filter(({ value }) => value <= SPENT);
  const [first] = spent;
  const low = least(balance);
  const after = first === undefined ? [] : readingsOf(run, HOST_CPU, { from: first.t, to: window.to });
  const most = greatest(after);
  const isBorrowing = most !== undefined && most.value > HIGHEST_BASELINE;
  return weigh(
    {
      id: 'cpu-credits',
      title: 'The instance has spent its CPU credits and is held to its baseline',
      actions: creditActions(run),
    },
    {
      seen: most !== undefined,
      for: [
        ...(first === undefined
          ? []
          : [
              proof(
                `the balance was ${decimal(Math.min(...spent.map(({ value }) => value)), 1)} credits from ${clock(first.t)} on`,
                BALANCE,
              ),
            ]),
        ...(most === undefined || isBorrowing ? [] : [capped(after, most)]),
      ],
      against: [
        ...(first === undefined && low !== undefined
          ? [proof(`${decimal(low.value, 1)} credits were left at the least, at ${clock(low.t)}`, BALANCE)]
          : []),
        ...(isBorrowing
          ? [proof(`the CPU was used to ${percent(most.value)} at ${clock(most.t)} all the same: the instance borrows credits`, HOST_CPU)]
          : []),
      ],
      unknown: [
        ...(balance.length === 0 ? [`no datapoint of ${BALANCE}`] : []),
        ...(first !== undefined && most === undefined ? [`no datapoint of ${HOST_CPU} since the credits were spent`] : []),
      ],
    },
  );
}

const capped = (after: readonly Reading[], most: Reading) =>
  proof(`the CPU never went above ${percent(most.value)} from then on (${counted(after.length, 'datapoint')})`, HOST_CPU);

export function creditActions(run: Judged) {
  const instance = run.series.find(({ name }) => name === BALANCE)?.attributes.instance;
  const id = instance !== undefined && /^[\w-]+$/.test(instance) ? instance : undefined;
  return [
    action(
      'let it borrow credits for the test (this costs money)',
      id === undefined
        ? null
        : `aws ec2 modify-instance-credit-specification --instance-credit-specification InstanceId=${id},CpuCredits=unlimited`,
    ),
    action('or test on a size without credits (m7i, c7i), or start when the balance is full again'),
  ];
}
