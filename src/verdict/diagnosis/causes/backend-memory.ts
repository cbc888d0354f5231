import { clock, counted, percent } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { usageCommand } from '../commands.js';
import { byBackend, criterionOf } from '../evidence.js';
import { greatest, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const METRICS = ['container.memory.utilization', 'process.memory.utilization'];

/** The backends had hardly any memory left. Judged by the warning limit of the run's own criterion. */
export function backendMemory(run: Judged, window: Window): Cause {
  const limit = criterionOf(run, 'backend_memory')?.limit ?? null;
  const [worst] = METRICS.flatMap((metric) =>
    [...byBackend(run, metric, window)].flatMap(([backend, readings]) => {
      const peak = greatest(readings);
      return peak === undefined ? [] : [{ backend, metric, peak, samples: readings.length }];
    }),
  ).sort((a, b) => b.peak.value - a.peak.value);
  const ooms = run.targetEvents.filter(({ what }) => what === 'oom');
  const told = worst && [
    proof(
      `${worst.backend} used at most ${percent(worst.peak.value)} of its memory at ${clock(worst.peak.t)} (${counted(worst.samples, 'sample')})${
        limit === null ? '' : `; its range ends at ${percent(limit)}`
      }`,
      worst.metric,
    ),
  ];
  const isShort = worst !== undefined && limit !== null && worst.peak.value > limit;
  return weigh(
    {
      id: 'backend-memory',
      title: 'The backends ran out of memory',
      actions: [
        action('see what the backends use while the load runs', usageCommand(run)),
        action('raise the memory limit (deploy.resources.limits.memory), or look for what grows with each connection'),
      ],
    },
    {
      seen: ooms.length > 0,
      for: [
        ...ooms.map(({ t, component }) =>
          proof(`the kernel ended a process of ${component} for want of memory at ${clock(t)}`, 'target.event oom'),
        ),
        ...(isShort && told ? told : []),
      ],
      against: ooms.length === 0 && told && limit !== null && !isShort ? told : [],
      unknown:
        worst === undefined ? [`no sample of ${METRICS.join(' or ')} at that time`] : limit === null ? ['the run has no range for it'] : [],
    },
  );
}
