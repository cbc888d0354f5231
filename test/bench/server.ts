import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PinnedProcess } from './pinned-process.js';

/** The folder of the sources, seen from dist-bench/test/bench, where this is run, as well as from itself. */
export const SOURCES = fileURLToPath(new URL(import.meta.url.includes('/dist-bench/') ? '../../../test/bench/' : './', import.meta.url));

const SERVER_CORE = 0;

/** What the C server counts (see server.c). */
export interface ServerStats {
  roundTrips: number;
  updates: number;
  routes: number;
  others: number;
  accepted: number;
  upgraded: number;
  live: number;
  peak: number;
  closed: number;
  reset: number;
  /** Since the first upgrade. */
  seconds: number;
  /** From the first upgrade to the last. */
  rampSeconds: number;
  cpuSeconds: number;
  /** How late the server itself was with 99 of 100 delayed replies. */
  lateP99Ms: number;
  /** Round trips in each second since the first upgrade. */
  perSecond: number[];
}

export interface ServerOptions {
  /** How much later each reply is sent. */
  delayMs?: number;
  /** One pause of the whole server, so long after the first upgrade. */
  stall?: { atSeconds: number; ms: number };
}

/** The compiled C server. */
export interface ServerProgram {
  start(options?: ServerOptions): Promise<BenchServer>;
  /** Removes what was compiled. */
  remove(): Promise<void>;
}

export interface BenchServer {
  readonly port: number;
  stats(): Promise<ServerStats>;
  end(): Promise<void>;
}

/** Compiles server.c into a temporary folder. @throws when gcc is missing or refuses it. */
export async function compileServer(): Promise<ServerProgram> {
  if (spawnSync('gcc', ['--version']).error) {
    throw new Error(
      'gcc is not installed, and the server of the benchmark is written in C: install it, e.g. apt-get install gcc libc6-dev',
    );
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-bench-'));
  const program = path.join(folder, 'server');
  await promisify(execFile)('gcc', ['-O2', '-o', program, path.join(SOURCES, 'server.c')]);
  return {
    start: (options = {}) => startServer(program, options),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startServer(program: string, { delayMs, stall }: ServerOptions): Promise<BenchServer> {
  const args = [
    ...(delayMs === undefined ? [] : ['--delay-ms', String(delayMs)]),
    ...(stall ? ['--stall-at', String(stall.atSeconds), '--stall-ms', String(stall.ms)] : []),
  ];
  const server = new PinnedProcess('the server', SERVER_CORE, program, args);
  const port = Number((await server.line()).replace('port ', ''));
  return { port, stats: () => readStats(port), end: () => server.end() };
}

function readStats(port: number): Promise<ServerStats> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/stats', agent: false, timeout: 30_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('error', reject).on('end', () => resolve(JSON.parse(body) as ServerStats));
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('the server does not answer')));
  });
}
