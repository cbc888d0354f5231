import { clock, counted, decimal, millis, percent } from '../../format.js';
import type { Cause, Proof } from '../../run-result.js';
import { stackCommand } from '../commands.js';
import { byBackend, grown, median, span } from '../evidence.js';
import { lossesOf } from '../losses.js';
import { least, loadWindow, seriesOf, type Window } from '../readings.js';
import type { Judged } from '../rule.js';
import { type Stall, stallsOf } from '../stalls.js';
import { action, proof, weigh } from '../weigh.js';

const CPU = ['process.cpu.utilization', 'container.cpu.utilization'];

/** Below this share of what it usually uses, a backend does nothing. */
const IDLE = 0.1;
/** Less CPU than this cannot be told from none between two readings. */
const MEASURABLE = 0.02;
/** As many lines must be missing for a silent log to be no chance. */
const LEAST_LINES = 5;
/** Stalls, and backends that stood still in them, that are told one by one. */
const MOST_TOLD = 3;

/** A backend's event loop stood still: it neither answered nor closed anything, and then went on where it had stopped. */
export function backendFrozen(run: Judged, window: Window): Cause {
  const stalls = stallsOf(run).filter(({ from, to }) => to >= window.from && from <= window.to);
  const looked = stalls.slice(0, MOST_TOLD);
  const idle = [...idleOf(run, looked), ...silentOf(run, looked)];
  const overdue = run.canaries?.overdue ?? 0;
  const backend = idle[0]?.backend;
  const limited = run.tasks.filter(({ latency }) => latency !== null);
  return weigh(
    {
      id: 'backend-frozen',
      title: 'A backend stood still and then went on',
      actions: [
        action('see what the code does while it stands: run this a few times during the load', stackCommand(run, backend)),
        action('take what blocks (bcrypt, synchronous calls to Redis or PostgreSQL, files) off the event loop, into threads'),
      ],
    },
    {
      seen: idle.length > 0 || (stalls.length > 0 && overdue > 0),
      for: [
        ...looked.map((stall) => proof(toldOf(stall), 'history')),
        ...idle.slice(0, MOST_TOLD).map(({ proof: one }) => one),
        ...(stalls.length > 0 && overdue > 0
          ? [
              proof(
                `${counted(overdue, 'canary', 'canaries')} arrived after all, long after being given up: they were held up and not lost`,
                'canary.second overdue',
              ),
            ]
          : []),
        ...(stalls.length > 0 && lossesOf(run).length === 0 && Object.keys(run.drops).length === 0
          ? [proof('no socket was dropped and no backend began anew: whatever stood still went on by itself', 'drops, target.identity')]
          : []),
      ],
      against:
        stalls.length > 0
          ? []
          : limited.length === 0
            ? []
            : [proof('there is no time in which everything waited and was fast again afterwards', 'history')],
      unknown: limited.length === 0 ? ['no task was measured'] : [],
    },
  );
}

function toldOf(stall: Stall): string {
  const waits = [...stall.waits].map(([task, ms]) => `${task} waited up to ${millis(ms)}`);
  const canaries = stall.canaries > 0 ? [`${counted(stall.canaries, 'canary', 'canaries')} did not arrive in time`] : [];
  return `${span(stall)}: ${[...waits, ...canaries].join(', ')}; before and after it all was fast`;
}

interface Still {
  backend: string;
  proof: Proof;
}

/** Backends that used no CPU in a stall, and do so otherwise. */
function idleOf(run: Judged, stalls: readonly Stall[]): Still[] {
  const load = loadWindow(run);
  if (load === null || stalls.length === 0) return [];
  return CPU.flatMap((metric) =>
    [...byBackend(run, metric, load)].flatMap(([backend, readings]) => {
      const usual = median(readings.map(({ value }) => value));
      return stalls.flatMap((stall) => {
        const low = least(readings.filter(({ t }) => t >= stall.from && t <= stall.to));
        if (low === undefined || usual < MEASURABLE || low.value > usual * IDLE) return [];
        const text = `${backend} used ${percent(low.value)} of a core at ${clock(low.t)}, and mostly ${percent(usual)}`;
        return [{ backend, proof: proof(text, metric) }];
      });
    }),
  );
}

/** Backends that wrote nothing in a stall, and would have written many lines at their usual pace. */
function silentOf(run: Judged, stalls: readonly Stall[]): Still[] {
  const load = loadWindow(run);
  if (load === null || stalls.length === 0) return [];
  return seriesOf(run, 'log.lines').flatMap((series) => {
    const { backend } = series.attributes;
    const all = grown([series], load);
    if (backend === undefined || all === undefined) return [];
    const perMs = all / Math.max(1000, load.to - load.from);
    return stalls.flatMap((stall) => {
      const inside = { from: stall.from + 2 * series.intervalMs, to: stall.to - 2 * series.intervalMs };
      const expected = perMs * (inside.to - inside.from);
      if (inside.to <= inside.from || expected < LEAST_LINES || grown([series], inside) !== 0) return [];
      const seconds = decimal((stall.to - stall.from) / 1000, 0);
      const text = `${backend} wrote no line within the ${seconds} s from ${clock(stall.from)}, where it usually writes ${decimal(expected, 0)}`;
      return [{ backend, proof: proof(text, 'log.lines') }];
    });
  });
}
