/** The whole engine of this project in one thread: users, matching, timeouts, both clocks, histograms, an event each second. */
import type { NewEvent } from '../../src/journal/event.js';
import { Engine } from '../../src/load/engine.js';
import type { Scenario } from '../../src/load/scenario.js';
import { runGenerator } from './generator-process.js';
import type { Meter } from './meter.js';
import { locationUpdate, REPLY_TYPE, urlOf, type Workload } from './workload.js';

const TASK = 'location_update';

const scenarioOf = (port: number): Scenario<{ seq: number }> => ({
  name: 'bench',
  createState: () => ({ seq: 0 }),
  connect: ({ index }) => ({ url: urlOf(port, index) }),
  tasks: [
    {
      name: TASK,
      weight: 1,
      timeoutMs: 10_000,
      message: ({ state }) => locationUpdate(state.seq++),
      isReply: ({ type }) => type === REPLY_TYPE,
      failure: () => undefined,
    },
  ],
});

/** Takes over what the engine reports once a second. Everything that is not a reply in time is a failure. */
function note(event: NewEvent, meter: Meter): void {
  if (event.type !== 'load.second') return;
  const task = event.tasks[TASK];
  if (task) meter.addPairs(task.latency, task.intended);
  const failures = [
    ...Object.entries(event.tasks).flatMap(([name, { failures, late }]) => [
      ...Object.entries(failures).map(([kind, times]) => [`${name}: ${kind}`, times] as const),
      [`${name}: late`, late] as const,
    ]),
    ...Object.entries(event.drops),
    ...Object.entries(event.exceptions),
    ...Object.entries(event.pushes).map(([type, times]) => [`unmatched ${type}`, times] as const),
    ['unsent', event.unsent] as const,
  ];
  for (const [kind, times] of failures) if (times > 0) meter.failed(kind, times);
}

function start(workload: Workload, meter: Meter): () => Promise<void> {
  const engine = new Engine(
    {
      stages: [{ name: 'load', users: workload.users, spawnRate: workload.spawnRate, untilSeconds: workload.maxSeconds }],
      rhythm: workload.rhythm,
      thinkTimeMs: workload.thinkTimeMs,
      connectTimeoutMs: 30_000,
      stopTimeoutMs: 2_000,
      backoff: { firstMs: 1_000, mostMs: 30_000, attempts: Number.POSITIVE_INFINITY },
      tls: undefined,
      worker: 0,
      workers: 1,
      identityOf: (index) => ({ index, id: `user-${index}`, token: () => undefined, localAddress: undefined, seed: index }),
    },
    scenarioOf(workload.port) as Scenario,
    (event) => note(event, meter),
  );
  const ended = engine.run();
  return async () => {
    await engine.stop();
    await ended;
  };
}

await runGenerator(start);
