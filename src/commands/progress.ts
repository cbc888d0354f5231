import type { Config } from '../config/config.js';
import type { JournalEvent, LoadSecond } from '../journal/event.js';
import type { JournalWriter } from '../journal/writer.js';
import { Distribution } from '../verdict/distribution.js';
import type { Io } from './io.js';

/** A line every so many seconds. */
const PLAIN_EVERY_SECONDS = 10;

const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/**
 * One second of load in one line: `00:35/01:00 Warm-up · 60 users (60 connected) · 15 req/s, 0 failed · p95 4.1 ms`.
 *
 * @param workers The records of all workers of this second.
 */
export function describeSecond(workers: readonly LoadSecond[], elapsed: number, duration: number, stage: string): string {
  const latencies = new Distribution();
  const sum = { active: 0, connected: 0, requests: 0, failures: 0 };
  for (const { users, tasks } of workers) {
    sum.active += users.active;
    sum.connected += users.connected;
    for (const task of Object.values(tasks)) {
      sum.requests += task.requests;
      for (const count of Object.values(task.failures)) sum.failures += count;
      latencies.add(task.latency);
    }
  }
  const { active, connected, requests, failures } = sum;
  const p95 = requests === 0 ? '' : ` · p95 ${((latencies.percentile(0.95) ?? 0) / 1000).toFixed(1)} ms`;
  return `${clock(elapsed)}/${clock(duration)} ${stage} · ${active} users (${connected} connected) · ${requests} req/s, ${failures} failed${p95}`;
}

/** Follows a run after its checklist and says now and then how it goes, line by line. Returns a function that ends it. */
export function showProgress(
  journal: Pick<JournalWriter, 'follow'>,
  config: Pick<Config, 'stages'>,
  io: Pick<Io, 'say' | 'progress'>,
): () => void {
  const duration = config.stages.at(-1)?.untilSeconds ?? 0;
  let loadStart = 0;
  let stage = '';
  let lastShown = 0;
  const told = new Set<string>();
  /** What the workers have said of the second that is not shown yet. */
  let workers: LoadSecond[] = [];
  const showSecond = (): void => {
    const last = workers.at(-1);
    if (!last) return;
    const elapsed = Math.min(duration, (last.t - loadStart) / 1000);
    if (elapsed >= duration || last.t - lastShown >= PLAIN_EVERY_SECONDS * 1000) {
      lastShown = last.t;
      io.progress(describeSecond(workers, elapsed, duration, stage));
    }
    workers = [];
  };
  return journal.follow((event: JournalEvent) => {
    switch (event.type) {
      case 'load.start':
        loadStart = event.t;
        return;
      case 'stage.start':
        stage = event.name;
        return;
      case 'load.second':
        // A second is whole when the next one has begun.
        if (workers[0] && event.second !== workers[0].second) showSecond();
        workers.push(event);
        return;
      case 'load.end':
        return showSecond();
      case 'identity.error':
        return io.say(event.message);
      case 'sampler.error': {
        // The journal has them all; a person needs to be told once.
        const problem = `${event.sampler}: ${event.message}`;
        if (!told.has(problem)) io.say(problem);
        told.add(problem);
        return;
      }
      default:
        return;
    }
  });
}
