import type { Cause, Proof } from '../../finding.js';
import { counted, decimal, millis, percent } from '../../format.js';
import type { HistorySecond } from '../../run-result.js';
import type { Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const SOURCE = 'load.second generator';

/** What was slow or failed was the load generator itself and not the target. */
export function generatorSaturated(run: Judged, window: Window): Cause {
  const { limits } = run.generator;
  const seconds = run.history.filter(({ second }) => second * 1000 >= window.from - 1000 && second * 1000 <= window.to);
  const beyond = seconds.filter((one) => isBeyond(one, run));
  const worst = (of: (generator: HistorySecond['generator']) => number): number =>
    Math.max(0, ...seconds.map(({ generator }) => of(generator)));
  const numbers = `its event loop was blocked for ${millis(worst((g) => g.loopDelayMs))} at most and busy for ${percent(worst((g) => g.utilization))}, a message left ${millis(worst((g) => g.lagMs))} late at most`;
  const own = run.mode === 'load';
  return weigh(
    {
      id: 'generator-saturated',
      title: 'The load generator itself did not keep up',
      actions: [
        action('see what else its machine does', 'top -b -n 1 | head -20'),
        action('send the load from more threads, or from a machine with more cores', 'loadwitness run --workers auto'),
      ],
    },
    {
      seen: true,
      for:
        beyond.length > 0
          ? [proof(`beyond its limits in ${beyond.length} of ${counted(seconds.length, 'second')}: ${numbers}`, SOURCE)]
          : [],
      against: own && seconds.length > 0 && beyond.length === 0 ? [within(numbers, limits.loopDelayMs, limits.lagMs)] : [],
      unknown: own && seconds.length > 0 ? [] : ['nobody watched the machine that sent the load'],
    },
  );
}

const within = (numbers: string, loopDelayMs: number, lagMs: number): Proof =>
  proof(`${numbers} (limits: ${decimal(loopDelayMs, 0)} ms, ${decimal(lagMs, 0)} ms)`, SOURCE);

/** Whether the generator's own numbers of a second may be in the target's. */
export function isBeyond({ generator }: Pick<HistorySecond, 'generator'>, { generator: { limits } }: Judged): boolean {
  const { loopDelayMs, utilization, lagMs, gcMs, failures } = generator;
  return (
    loopDelayMs > limits.loopDelayMs ||
    utilization > limits.utilization ||
    lagMs > limits.lagMs ||
    gcMs > limits.gcMs ||
    failures > limits.failures
  );
}
