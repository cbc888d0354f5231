/** The benchmark of the load engine: `npm run bench -- [closed|think|linear|truth|watching|report|page|all] [--rounds N] [--seconds N]`. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { BenchRun, Figure } from './bench-run.js';
import { closedLoop } from './closed.js';
import { linear } from './linear.js';
import { pageSpeed } from './page.js';
import { UNPINNED_BECAUSE } from './pinned-process.js';
import { reporting } from './report.js';
import { compileServer } from './server.js';
import { thinkTime } from './think.js';
import { latencyTruth } from './truth.js';
import { watching } from './watching.js';

const MEASUREMENTS: Record<string, (bench: BenchRun) => Promise<Figure[]>> = {
  closed: closedLoop,
  think: thinkTime,
  linear,
  truth: latencyTruth,
  watching,
  report: reporting,
  page: pageSpeed,
};

/** A core that others use for a quarter of the time is no core to measure on. */
const BUSY_LOAD = 0.25;

/** Descriptors that a process needs for other things than sockets of users. */
const OTHER_FILES = 200;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string' } },
});
const chosen = positionals.length === 0 || positionals.includes('all') ? Object.keys(MEASUREMENTS) : positionals;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, and is ${text}`);
  return value;
}

/** How many sockets a process can have here. */
function mostUsers(): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard) - OTHER_FILES;
}

function describeMachine(): void {
  say(
    UNPINNED_BECAUSE === undefined
      ? 'The server runs on core 0, the generators on core 1.'
      : `Nothing is bound to a core (${UNPINNED_BECAUSE}): server and generator disturb each other, and the figures say less.`,
  );
  const [load = 0] = loadavg();
  if (load > BUSY_LOAD) say(`The machine is busy (load ${load.toFixed(2)}): the ratios still say something, the absolute figures nothing.`);
}

async function main(): Promise<void> {
  const unknown = chosen.find((name) => !(name in MEASUREMENTS));
  if (unknown !== undefined) throw new Error(`there is no measurement ${unknown}: ${Object.keys(MEASUREMENTS).join(', ')} or all`);
  if (process.platform !== 'linux') throw new Error('the benchmark needs Linux: its server is written for epoll, and it reads /proc');
  const rounds = positive('rounds', values.rounds);
  const seconds = values.seconds === undefined ? undefined : positive('seconds', values.seconds);
  describeMachine();
  const program = await compileServer();
  const table = new Table({ head: ['measurement', 'figure', 'median', 'must be', 'holds'], style: { head: [], border: [] } });
  const record = (measurement: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(measurement)}\n`);
  try {
    for (const name of chosen) {
      const figures = await MEASUREMENTS[name]?.({ program, rounds, seconds, mostUsers: mostUsers(), record, say });
      for (const { figure, value, must, holds } of figures ?? []) {
        table.push([name, figure, value, must ?? '', holds === undefined ? '' : holds ? 'yes' : 'NO']);
      }
    }
  } finally {
    await program.remove();
  }
  process.stdout.write(`${table.toString()}\n`);
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
