import { inspectBackends, type SeenBackend } from '../src/clients/backends.js';
import { readProcess, startTime } from '../src/clients/proc.js';
import { dockerCommand } from '../src/clients/shell.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const MINUTE = 60_000;
/** A replica that is so young, and so much younger than another, was started by itself. */
const YOUNG_MS = 10 * MINUTE;
const APART_MS = 5 * MINUTE;

/** Since when one replica runs. Times in Unix ms. */
export interface Start {
  name: string;
  startedAt: number;
  /** How often Docker has started it again by itself; of a process nobody counts. */
  restarts?: number;
}

const check: Check = {
  id: 'replicas-restarts',
  title: 'No replica has been restarting',
  why: 'A replica that has just come back, most often from a crash, does so again under load, with cold caches and all its users gone.',
  needs: ['backends'],
  after: ['replicas-running'],
  recommended: true,
  async run({ config, env, signal, now }) {
    const seen = await inspectBackends(config, env, signal);
    const starts = (await Promise.all(seen.map(startOf))).filter((one) => one !== undefined);
    if (starts.length === 0) {
      return {
        status: 'skip',
        observed: 'nothing tells when they were started: give each of infrastructure.backends its container or pid',
      };
    }
    return judge(starts, { now: now(), docker: seen.some(({ kind }) => kind === 'container') ? dockerCommand(config) : undefined });
  },
};

export default check;

async function startOf(seen: SeenBackend): Promise<Start | undefined> {
  const { name, pid } = seen.backend;
  if (seen.kind === 'container') {
    return seen.facts && { name, startedAt: Date.parse(seen.facts.startedAt), restarts: seen.facts.restartCount };
  }
  if (pid === undefined || process.platform !== 'linux') return undefined;
  return { name, startedAt: await startTime((await readProcess(pid)).startTicks) };
}

/** @param docker How one types it; undefined where the replicas are processes. */
export function judge(starts: readonly Start[], { now, docker }: { now: number; docker: string | undefined }): CheckResult {
  const oldest = Math.min(...starts.map(({ startedAt }) => startedAt));
  const isAlone = ({ startedAt }: Start) => now - startedAt < YOUNG_MS && startedAt - oldest >= APART_MS;
  const odd = starts.filter((start) => (start.restarts ?? 0) > 0 || isAlone(start));
  const describe = (start: Start) => {
    const count = start.restarts === undefined ? '' : `, restarted ${start.restarts} times`;
    return `${start.name}: up for ${age(now - start.startedAt)}${count}`;
  };
  const expected = 'no restarts, and none started long after the others';
  const observed = starts.map(describe).join('; ');
  if (odd.length === 0) return { status: 'pass', observed, expected };
  const names = starts.map(({ name }) => name).join(' ');
  const remedy =
    docker === undefined
      ? `read in the logs of ${odd.map(({ name }) => name).join(', ')} why it ended, mend that, and start all of them anew together`
      : `read why it ended (${odd.map(({ name }) => `${docker} logs --tail 200 ${name}`).join('; ')}), mend that, and start all anew together: ${docker} restart ${names}`;
  return { status: 'warn', observed, expected, remedy };
}

function age(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / MINUTE);
  if (minutes < 1) return `${Math.floor(Math.max(0, ms) / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
