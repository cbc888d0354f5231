import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { type BenchRun, type Figure, show } from './bench-run.js';
import { readTree } from './process-tree.js';
import { median } from './statistics.js';

/** The tool as it is built: `npm run build`. */
const CLI = fileURLToPath(new URL('../../../dist/src/cli.js', import.meta.url));
const USERS = 1_000;
const SECONDS = 30;
/** Of `watch`, until everything is looked at once. */
const WARM_UP_MS = 8_000;

interface Target {
  /** A configuration that names everything that can be watched, and one that names the target alone. */
  everything: string;
  nothing: string;
  stop(): Promise<void>;
}

/**
 * What watching costs: the p95 of location_update with everything watched and with nothing, in alternating runs, and the CPU of the samplers
 * alone. The target is the demo's, in containers where `LOADWITNESS_DEMO_NODE_IMAGE` and its like name images for them.
 */
export async function watching({ rounds, seconds = SECONDS, record, say }: BenchRun): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-bench-'));
  const target = await startTarget(folder);
  try {
    const pairs: { everything: number; nothing: number }[] = [];
    for (let round = 1; round <= rounds; round++) {
      const pair = { everything: 0, nothing: 0 };
      // Whoever comes second meets a warmer target: they take turns.
      for (const kind of round % 2 === 1 ? (['everything', 'nothing'] as const) : (['nothing', 'everything'] as const)) {
        say(`${USERS} users, round ${round} of ${rounds}: ${kind} watched`);
        pair[kind] = await p95(target[kind], path.join(folder, `${round}-${kind}`), seconds);
      }
      pairs.push(pair);
      record({ measurement: 'watching', round, ...pair });
    }
    say('the samplers alone');
    const cores = await coresOfWatch(target.everything, path.join(folder, 'watch'), seconds);
    record({ measurement: 'watching', cores });
    const ratio = median(pairs.map(({ everything, nothing }) => everything / nothing));
    return [
      { figure: 'p95 of location_update, nothing watched', value: show(median(pairs.map(({ nothing }) => nothing)), 2, 'ms') },
      { figure: 'the same, everything ÷ nothing', value: show(ratio, 3), must: '≤ 1.05', holds: ratio <= 1.05 },
      { figure: 'CPU of the samplers at 2 s', value: show(cores * 100, 1, '% of a core'), must: '≤ 5', holds: cores <= 0.05 },
    ];
  } finally {
    await target.stop();
    await rm(folder, { recursive: true });
  }
}

async function startTarget(folder: string): Promise<Target> {
  const docker = process.env.LOADWITNESS_DEMO_NODE_IMAGE ? ['--docker'] : [];
  const demo = start(['demo', '--serve', ...docker], ['ignore', 'pipe', 'ignore']);
  const [line] = (await once(demo.stdout as NonNullable<typeof demo.stdout>, 'data')) as [Buffer];
  const everything = line.toString().trim();
  const { target, source_addresses } = parse(await readFile(everything, 'utf8')) as Record<string, unknown>;
  const nothing = path.join(folder, 'nothing.yaml');
  await writeFile(nothing, stringify({ target, ...(source_addresses !== undefined && { source_addresses }) }));
  return { everything, nothing, stop: () => ended(demo, 'SIGINT') };
}

async function p95(config: string, out: string, seconds: number): Promise<number> {
  const plan = ['--stages', `${USERS}@200:${seconds}s`, '--think-time', '3-5', '--no-preflight'];
  await ended(start(['run', '--config', config, ...plan, '--out', out]));
  const [run = ''] = await readdir(out);
  const { tasks } = JSON.parse(await readFile(path.join(out, run, 'verdict.json'), 'utf8')) as {
    tasks: { name: string; latency: Record<string, number> }[];
  };
  return tasks.find(({ name }) => name === 'location_update')?.latency['95%'] ?? Number.NaN;
}

/** CPU seconds a second of the tool and all that it starts, while it only watches. */
async function coresOfWatch(config: string, out: string, seconds: number): Promise<number> {
  const watch = start(['watch', '--config', config, '--for', `${seconds + WARM_UP_MS / 500}s`, '--no-preflight', '--out', out]);
  await sleep(WARM_UP_MS);
  const before = { at: performance.now(), cpu: readTree(watch.pid as number).cpuSeconds };
  await sleep(seconds * 1000);
  const cores = (readTree(watch.pid as number).cpuSeconds - before.cpu) / ((performance.now() - before.at) / 1000);
  await ended(watch, 'SIGINT');
  return cores;
}

function start(args: readonly string[], stdio: ('ignore' | 'pipe')[] = ['ignore', 'ignore', 'ignore']): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], { stdio });
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (signal !== undefined) child.kill(signal);
  await exit;
}
