import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { GeneratorReport } from './meter.js';
import { PinnedProcess } from './pinned-process.js';
import { readTree } from './process-tree.js';
import type { BenchServer, ServerOptions, ServerProgram } from './server.js';
import { median } from './statistics.js';
import type { Workload } from './workload.js';

const GENERATOR_CORE = 1;

/** Between the last connect and the time that is measured: code gets compiled, buffers grow. */
const WARM_UP_MS = 2_000;

/** How long a generator may take to connect all its users. */
const RAMP_SECONDS = 60;

/** What was seen of one generator from outside, by the server's counts and the kernel's, in the time that was measured. */
export interface Observation {
  seconds: number;
  roundTrips: number;
  /** The middle one of the seconds that lie wholly in that time. */
  roundTripsPerSecond: number;
  generatorCpuSeconds: number;
  serverCpuSeconds: number;
  connectsPerSecond: number;
  /** The generator's memory before its first connect, and the most that it had up to the end. */
  idleRssBytes: number;
  peakRssBytes: number;
  /** Sockets that the server lost before the end. */
  lost: number;
  /** How late the server was with 99 of 100 delayed replies. */
  serverLateP99Ms: number;
}

/** One measurement of a generator of ours: with what it says about itself. */
export interface Measurement extends Observation {
  report: GeneratorReport;
}

/** What is common to the two generators of ours, started from this folder. */
export type Contender = 'bare' | 'engine';

/** Lets a generator of ours carry `workload` until all users are connected, and so long more; measures the latter. */
export async function measure(
  program: ServerProgram,
  contender: Contender,
  workload: Pick<Workload, 'users' | 'thinkTimeMs'> & Partial<Workload>,
  seconds: number,
  serverOptions: ServerOptions = {},
): Promise<Measurement> {
  const server = await program.start(serverOptions);
  const whole: Workload = { port: server.port, rhythm: 'closed', spawnRate: 5_000, maxSeconds: seconds + RAMP_SECONDS + 30, ...workload };
  const file = fileURLToPath(new URL(`./${contender}.js`, import.meta.url));
  const generator = new PinnedProcess(contender, GENERATOR_CORE, process.execPath, [file, JSON.stringify(whole)]);
  try {
    await generator.line();
    const idleRssBytes = readTree(generator.pid).rssBytes;
    generator.say('go');
    const observation = await observe(server, generator, whole.users, seconds, () => generator.say('measure'));
    generator.say('stop');
    return { ...observation, idleRssBytes, report: JSON.parse(await generator.line()) as GeneratorReport };
  } finally {
    await generator.end();
    await server.end();
  }
}

/** Lets a program of somebody else do the same in a closed loop; its memory before the load is not known. */
export async function measurePeer(
  program: ServerProgram,
  startPeer: (port: number, core: number) => PinnedProcess,
  users: number,
  seconds: number,
): Promise<Observation> {
  const server = await program.start();
  const peer = startPeer(server.port, GENERATOR_CORE);
  try {
    return await observe(server, peer, users, seconds);
  } finally {
    await peer.end();
    await server.end();
  }
}

async function observe(
  server: BenchServer,
  generator: PinnedProcess,
  users: number,
  seconds: number,
  onBegin: () => void = () => {},
): Promise<Observation> {
  await connected(server, generator, users);
  await sleep(WARM_UP_MS);
  onBegin();
  const cpuBefore = readTree(generator.pid).cpuSeconds;
  const before = await server.stats();
  await sleep(seconds * 1000);
  const { cpuSeconds, peakRssBytes } = readTree(generator.pid);
  const after = await server.stats();
  const wholeSeconds = after.perSecond.slice(Math.ceil(before.seconds), Math.floor(after.seconds));
  return {
    seconds: after.seconds - before.seconds,
    roundTrips: after.roundTrips - before.roundTrips,
    roundTripsPerSecond: median(wholeSeconds),
    generatorCpuSeconds: cpuSeconds - cpuBefore,
    serverCpuSeconds: after.cpuSeconds - before.cpuSeconds,
    connectsPerSecond: (before.upgraded - 1) / before.rampSeconds,
    idleRssBytes: 0,
    peakRssBytes,
    lost: after.upgraded - after.live,
    serverLateP99Ms: after.lateP99Ms,
  };
}

async function connected(server: BenchServer, generator: PinnedProcess, users: number): Promise<void> {
  const deadline = performance.now() + RAMP_SECONDS * 1000;
  let live = 0;
  while (live < users) {
    if (generator.hasExited) throw new Error(`${generator.name} ended before it had connected: ${generator.complaints}`);
    if (performance.now() > deadline) {
      throw new Error(`${generator.name} connected ${live} of ${users} users in ${RAMP_SECONDS} s: ${generator.complaints}`);
    }
    await sleep(100);
    ({ live } = await server.stats());
  }
}
