import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchRun, type Figure, show } from './bench-run.js';
import { writeLongJournal } from './long-journal.js';
import { median } from './statistics.js';

/** The tool as it is built: `npm run build`. */
const CLI = fileURLToPath(new URL('../../../dist/src/cli.js', import.meta.url));
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const LENGTHS = { '25 min': 25 * MINUTE, '1 h': HOUR, '6 h': 6 * HOUR, '24 h': 24 * HOUR } as const;
type Length = keyof typeof LENGTHS;

interface Cost {
  seconds: number;
  /** The greatest resident set, in MB. */
  megabytes: number;
}

/** What `report` costs on journals of 1,000 users with every sampler, up to a day long. */
export async function reporting({ rounds, record, say }: BenchRun): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-bench-'));
  try {
    const costs = {} as Record<Length, Cost>;
    const sizes = {} as Record<Length, number>;
    for (const [length, seconds] of Object.entries(LENGTHS) as [Length, number][]) {
      const run = path.join(folder, length);
      await mkdir(run);
      await writeLongJournal(path.join(run, 'journal.ndjson'), { seconds, users: 1000, backends: 3 });
      sizes[length] = (await stat(path.join(run, 'journal.ndjson'))).size / 1e6;
      const measured: Cost[] = [];
      for (let round = 1; round <= rounds; round++) {
        say(`a journal of ${length}, ${show(sizes[length], 0, 'MB')}, round ${round} of ${rounds}`);
        const cost = await costOf(run);
        measured.push(cost);
        record({ measurement: 'report', length, round, ...cost });
      }
      costs[length] = { seconds: median(measured.map((one) => one.seconds)), megabytes: Math.max(...measured.map((one) => one.megabytes)) };
      await rm(run, { recursive: true });
    }
    const perHour = (length: Length): number => costs[length].seconds / (LENGTHS[length] / HOUR);
    const ratio = perHour('24 h') / perHour('6 h');
    return [
      { figure: 'the journal of 25 min', ...limit(sizes['25 min'], 0, 'MB', 60) },
      { figure: 'its report', ...limit(costs['25 min'].seconds, 1, 's', 3) },
      { figure: 'report of 24 h', ...limit(costs['24 h'].seconds, 1, 's', 30) },
      { figure: 'its greatest resident set', ...limit(costs['24 h'].megabytes, 0, 'MB', 512) },
      { figure: 'an hour of 24 h ÷ an hour of 6 h', ...limit(ratio, 2, '', 1.25) },
      ...(['1 h', '6 h'] as const).map((length) => ({ figure: `report of ${length}`, value: show(costs[length].seconds, 1, 's') })),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

const limit = (value: number, digits: number, unit: string, most: number): Omit<Figure, 'figure'> => ({
  value: show(value, digits, unit),
  must: `≤ ${most}`,
  holds: value <= most,
});

async function costOf(run: string): Promise<Cost> {
  const begin = performance.now();
  const child = spawn(process.execPath, [CLI, 'report', run], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let megabytes = 0;
  const timer = setInterval(async () => {
    // It may have ended meanwhile.
    const text = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    megabytes = Math.max(megabytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024);
  }, 20);
  const [code] = await ended;
  clearInterval(timer);
  // The journal holds no checks and no identity: it passes nothing.
  if (code !== 3) throw new Error(`report ended with ${code}`);
  return { seconds: (performance.now() - begin) / 1000, megabytes };
}
