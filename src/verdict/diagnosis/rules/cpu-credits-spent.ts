import { clock, counted, decimal } from '../../format.js';
import { backendCpu } from '../causes/backend-cpu.js';
import { aroundOf, BALANCE, cpuCredits, SPENT } from '../causes/cpu-credits.js';
import { hostCpu } from '../causes/host-cpu.js';
import { brokenOf, checkOf, checkProof, criterionProof } from '../evidence.js';
import { loadWindow, readingsOf } from '../readings.js';
import type { Rule } from '../rule.js';
import { proof } from '../weigh.js';

const SLOWED = (id: string): boolean => id.endsWith('_p95') || id === 'canary_p99';

/** A burstable instance ran out of credits: what was measured from then on is its baseline. */
export const cpuCreditsSpent: Rule = {
  id: 'cpu-credits-spent',
  title: 'The CPU credits of the instance are spent',
  diagnose(run) {
    const window = loadWindow(run);
    if (window === null) return null;
    const balance = readingsOf(run, BALANCE, aroundOf(window));
    const spent = balance.filter(({ value }) => value <= SPENT);
    const [first] = spent;
    if (first === undefined) return null;
    const credits = cpuCredits(run, window);
    const slowed = brokenOf(run, SLOWED);
    // An instance that borrows is not held back: without a symptom there is nothing to explain.
    if (credits.against.length > 0 && slowed.length === 0) return null;
    const check = checkOf(run, 'cpu-credits');
    const before = balance[0];
    return {
      symptom: `no CPU credits were left from ${clock(first.t)} on${before === undefined || before === first ? '' : ` (${decimal(before.value, 0)} at ${clock(before.t)})`}`,
      from: first.t,
      to: window.to,
      evidence: [
        proof(`${counted(spent.length, 'datapoint')} of ${BALANCE} at or below ${SPENT}`, BALANCE),
        ...(check !== undefined && check.status !== 'pass' && check.status !== 'skip' ? [checkProof(check)] : []),
        ...slowed.map(criterionProof),
      ],
      causes: [credits, backendCpu(run, { from: first.t, to: window.to }), hostCpu(run, window)],
      watch: [
        'aws.ec2.cpu_credit.balance before the load: it must last for it',
        'aws.ec2.cpu.utilization: flat at the baseline is throttled',
      ],
      explains: credits.standing === 'confirmed' ? ['slow-start-navigation', 'slow-location-update', 'slow-tasks'] : [],
    };
  },
};
