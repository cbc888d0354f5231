import type { JournalEvent } from '../../src/journal/event.js';
import { canaryRun, canarySecond, LOAD_START, rewrite } from '../verdict/journal-builder.js';

/** Everything that could be more than text: markup in every place that a page could put it into, and characters that steer what is beside them. */
export const NASTY = [
  '"\'></textarea></title></style></script><script>window.pwned=1</script><img src=x onerror="window.pwned=2">',
  '<svg/onload=window.pwned=3><iframe srcdoc="<script>parent.pwned=4</script>"></iframe><a href="javascript:window.pwned=5">here</a>',
  '<!--<script>\u0000\u0007\u001b[31m\u001b]0;title\u0007\r\n\u0085\u200f\u202egnp.exe\u202c\u2066\u2028\u2029$& {{window.pwned=6}} %s',
].join(' ');

/** The same as part of a place in a page. */
const LINK = `javascript:window.pwned=7//${NASTY}`;

/** A run of which everything that the target, its containers, its logs or other tools have said is {@link NASTY}. */
export function hostileRun(): JournalEvent[] {
  const events = rewrite(canaryRun(), (event) => {
    if (event.type === 'run.start') {
      const stages = event.stages.map((stage) => ({ ...stage, name: NASTY }));
      return { ...event, target: LINK, scenario: NASTY, identity: NASTY, tool: NASTY, stages };
    }
    if (event.type === 'stage.start') return { ...event, name: NASTY };
    if (event.type === 'check.result') {
      return { ...event, title: NASTY, why: NASTY, observed: NASTY, expected: NASTY, remedy: NASTY, status: 'warn' };
    }
    if (event.type === 'sample') {
      const attributes = { backend: NASTY, component: NASTY, container: NASTY, pattern: NASTY, channel: NASTY, state: NASTY };
      const strange = { name: NASTY, value: 3, attributes };
      return { ...event, samples: [...event.samples, ...event.samples.map((sample) => ({ ...sample, attributes })), strange] };
    }
    if (event.type === 'load.second') {
      const counts = { [NASTY]: 1 };
      const tasks = Object.fromEntries(
        Object.entries(event.tasks).flatMap(([name, task]) => [
          [name, { ...task, failures: counts, replies: counts }],
          [`${name} ${NASTY}`, task],
        ]),
      );
      return { ...event, tasks, timings: { [NASTY]: [1000, 1] }, pushes: counts, exceptions: counts, closes: counts, drops: counts };
    }
    return event;
  });
  const t = LOAD_START + 500;
  const row = { name: NASTY, requests: 3, failures: 1, percentiles: { '0.95': 12 }, errors: { [NASTY]: 1 } };
  const extra: JournalEvent[] = [
    {
      ...{ type: 'target.identity', t, phase: 'start' },
      components: [{ name: NASTY, role: 'redis', source: 'docker', id: NASTY, image: NASTY, startedAt: NASTY, health: NASTY }],
    },
    { type: 'target.event', t, sampler: NASTY, component: NASTY, what: NASTY, detail: NASTY },
    { type: 'sampler.error', t, sampler: NASTY, message: NASTY },
    { type: 'clock.offset', t, source: NASTY, offsetMs: 1, uncertaintyMs: 1, sourceTime: t },
    { type: 'log.example', t, backend: NASTY, pattern: NASTY, line: NASTY },
    { type: 'evidence.file', t, path: LINK, source: NASTY, status: 'missing', reason: NASTY },
    canarySecond(1, { lost: 1, lostBy: { [NASTY]: 1 }, failures: { [NASTY]: 1 } }),
    { type: 'external.start', t, tool: NASTY, command: [NASTY] },
    { type: 'external.summary', t, tool: NASTY, files: [LINK], rows: [row] },
    { type: 'identity.error', t, message: NASTY },
  ];
  const end = events.findIndex(({ type }) => type === 'load.end');
  return [...events.slice(0, end), ...extra, ...events.slice(end)];
}
