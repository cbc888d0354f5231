import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { startKindmapTarget } from '../helpers/kindmap-target.js';

const MOMENTS = 20;
/** Runs at a time. */
const AT_ONCE = 3;
const USERS = 6;
/** What one loses who kills a run is less than a second, and what the system takes to let both processes have their turn. */
const LOST_MS = 1_000;
const TURN_MS = 700;

/** Chooses the moments: a failure is seen again with `KILL_SEED=<seed>`. */
const SEED = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let folder: string;
/** By how much a timer of this process was late, and when: a machine that has no time for it has none for the run. */
const late: { at: number; ms: number }[] = [];
let watch: NodeJS.Timeout;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-kill-'));
  let due = Date.now() + 50;
  watch = setInterval(() => {
    late.push({ at: Date.now(), ms: Math.max(0, Date.now() - due) });
    due = Date.now() + 50;
  }, 50);
});
afterAll(async () => {
  clearInterval(watch);
  await endAll();
  rmSync(folder, { recursive: true });
});

/** A run and what its target saw of it. */
interface Witnessed {
  out: string;
  /** When each message came, in Unix ms. */
  seen: number[];
  /** When it was killed; undefined: it had ended. */
  killedAt: number | undefined;
  /** Milliseconds from its start to the first message, and from that to its end. */
  before: number;
  after: number;
}

/** When a run is killed: so long after its start, or after the first message that its target saw. */
interface Moment {
  after: 'start' | 'message';
  ms: number;
}

/** @param moment Undefined: it is let alone. */
async function runAndKill(name: string, moment?: Moment): Promise<Witnessed> {
  const seen: number[] = [];
  const messages = new EventEmitter();
  const firstMessage = once(messages, 'first');
  const target = await startKindmapTarget((socket) => {
    socket.on('message', () => {
      seen.push(Date.now());
      messages.emit('first');
    });
  });
  const out = join(folder, name);
  const plan = ['--stages', `${USERS}@20:4s`, '--think-time', '0.1-0.2', '--interval', '1'];
  const begin = Date.now();
  const cli = startCli(['run', '--target', target.url, ...plan, '--no-preflight', '--out', out]);
  const ended = cli.ended.then(() => 'ended' as const);
  const comes = async ({ after, ms }: Moment): Promise<void> => {
    if (after === 'message') await firstMessage;
    await sleep(ms);
  };
  const first = moment === undefined ? await ended : await Promise.race([ended, comes(moment)]);
  const killedAt = first === 'ended' ? undefined : Date.now();
  cli.process.kill('SIGKILL');
  await ended;
  await target.close();
  const begun = seen[0] ?? Date.now();
  return { out, seen, killedAt, before: begun - begin, after: Date.now() - begun };
}

/** The run's folder; undefined when it was killed before there was one. */
function folderOf(out: string): string | undefined {
  const [run] = existsSync(out) ? readdirSync(out) : [];
  return run === undefined ? undefined : join(out, run);
}

/** What the journal lacks of the time before the kill, in ms. */
function checkLoss(run: string, { seen, killedAt = 0 }: Witnessed): number {
  const evidence = new Evidence(run);
  if (evidence.of('load.end').length > 0 || seen.length === 0) return 0;
  const seconds = evidence.of('load.second');
  const recorded = seconds.reduce(
    (sum, { tasks }) => sum + Object.entries(tasks).reduce((all, [name, { requests }]) => all + (name === 'connect' ? 0 : requests), 0),
    0,
  );
  const turn = TURN_MS + 3 * Math.max(0, ...late.filter(({ at }) => at > killedAt - 3_000 && at < killedAt + 200).map(({ ms }) => ms));
  const mustBeThere = seen.filter((at) => at < killedAt - LOST_MS - turn).length;
  // A message that the target has and whose reply has not come yet is no request that ended; each user has one at most.
  expect(recorded).toBeGreaterThanOrEqual(mustBeThere - USERS);
  expect(recorded).toBeLessThanOrEqual(seen.length);
  const last = seconds.at(-1);
  return last === undefined ? 0 : Math.max(0, killedAt - (last.second + 1) * 1000);
}

/** What must hold of whatever a killed run left. */
async function checkFolder(run: string, witnessed: Witnessed): Promise<number> {
  const text = existsSync(join(run, 'journal.ndjson')) ? readFileSync(join(run, 'journal.ndjson'), 'utf8') : '';
  const report = await runCli(['report', run]);
  expect([1, 3], report.stderr).toContain(report.code);
  expect(report.stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(run).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  if (!text.includes('\n')) {
    expect(report.stderr).toContain('killed before it could write down what it was');
    return 0;
  }
  const { verdict, ended, reasons, warnings } = new Evidence(run).json('verdict.json');
  expect(['FAIL', 'INCONCLUSIVE']).toContain(verdict);
  expect(ended).toBeNull();
  expect(reasons.map(({ code }: { code: string }) => code)).toContain('cut_off');
  const torn = warnings.filter(({ code }: { code: string }) => code === 'torn_line');
  expect(torn).toHaveLength(text.endsWith('\n') ? 0 : 1);
  return checkLoss(run, witnessed);
}

describe('a run that is killed', () => {
  it(`leaves evidence of all but its last second at each of ${MOMENTS} random moments, and never passes`, async () => {
    process.stderr.write(`the moments of the kill test: KILL_SEED=${SEED}\n`);
    const whole = await runAndKill('whole');
    const next = random(SEED);
    // Three of four while the load is sent, or just after it.
    const choose = (): Moment =>
      next() < 0.25 ? { after: 'start', ms: next() * whole.before } : { after: 'message', ms: next() * whole.after };
    const losses: number[] = [];
    let left = MOMENTS;
    let number = 0;
    const killSome = async (): Promise<void> => {
      while (left > 0) {
        left--;
        const witnessed = await runAndKill(`kill-${number++}`, choose());
        const run = folderOf(witnessed.out);
        const isOver =
          witnessed.killedAt === undefined ||
          (run !== undefined && readFileSync(join(run, 'journal.ndjson'), 'utf8').includes('"run.end"'));
        // Killed before there was anything or when everything was written: that says nothing, and another moment is chosen.
        if (run === undefined || isOver) left++;
        else losses.push(await checkFolder(run, witnessed));
        if (number > MOMENTS * 4) throw new Error('hardly a run was under way when it was killed');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, killSome));
    expect(losses).toHaveLength(MOMENTS);
    process.stderr.write(`lost of the load by ${MOMENTS} kills, in ms: ${losses.sort((a, b) => a - b).join(' ')}\n`);
  }, 300_000);
});
