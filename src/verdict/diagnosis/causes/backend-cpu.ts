import { clock, counted, percent } from '../../format.js';
import type { Cause, Proof } from '../../run-result.js';
import { usageCommand } from '../commands.js';
import { byBackend, criterionOf, median } from '../evidence.js';
import { greatest, type Reading, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

/** Of a process one core fully busy is 1; of a container all that it may use, and one core, which is all that one event loop has. */
const METRICS = ['process.cpu.utilization', 'container.cpu.quota_utilization', 'container.cpu.utilization'];

interface Load {
  backend: string;
  metric: string;
  readings: Reading[];
  peak: Reading;
  middle: number;
}

/** The backends had no CPU left. Judged by the warning limit of the run's own criterion. */
export function backendCpu(run: Judged, window: Window): Cause {
  const limit = criterionOf(run, 'backend_cpu')?.limit ?? null;
  const loads = METRICS.flatMap((metric) => loadsOf(run, metric, window)).sort(
    (a, b) => b.middle - a.middle || b.peak.value - a.peak.value,
  );
  const busy = limit === null ? [] : loads.filter(({ peak }) => peak.value > limit);
  const [worst] = [...loads].sort((a, b) => b.peak.value - a.peak.value);
  return weigh(
    {
      id: 'backend-cpu',
      title: 'The backends ran out of CPU',
      actions: [
        action('see what the backends use while the load runs', usageCommand(run)),
        action(
          'give each backend more CPU (deploy.resources.limits.cpus), or start more of them; a single event loop never uses more than one core',
        ),
      ],
    },
    {
      seen: limit !== null && busy.some(({ middle }) => middle > limit),
      for: busy.slice(0, 3).map((load) => told(load, limit as number)),
      against: worst !== undefined && limit !== null && busy.length === 0 ? [told(worst, limit)] : [],
      unknown:
        worst === undefined
          ? [`no sample of ${METRICS.slice(0, 2).join(' or ')} at that time`]
          : limit === null
            ? ['the run has no range for the CPU of backends']
            : [],
    },
  );
}

function told({ backend, metric, peak, middle, readings }: Load, limit: number): Proof {
  const text = `${backend} used at most ${percent(peak.value)} at ${clock(peak.t)}, mostly ${percent(middle)} (${counted(readings.length, 'sample')}); its range ends at ${percent(limit)}`;
  return proof(text, metric);
}

const loadsOf = (run: Judged, metric: string, window: Window): Load[] =>
  [...byBackend(run, metric, window)].flatMap(([backend, readings]) => {
    const peak = greatest(readings);
    return peak === undefined ? [] : [{ backend, metric, readings, peak, middle: median(readings.map(({ value }) => value)) }];
  });
