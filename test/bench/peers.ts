import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { PinnedProcess } from './pinned-process.js';
import { SOURCES } from './server.js';

/** A load generator of somebody else, in a closed loop. */
export interface Peer {
  name: string;
  /** How many times its round trips per second the engine must make. */
  atLeast: number;
  /** Why it is left out; undefined when it is there. */
  missing: string | undefined;
  start(port: number, core: number, users: number, seconds: number): PinnedProcess;
}

const runs = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** Path of Artillery's program. It wants a later Node than this project, so it is never looked for in PATH. */
const artillery = process.env.ARTILLERY;

/** Both end by themselves some time after the measurement, should nobody end them. */
const lastingSeconds = (seconds: number): number => seconds + 60;

/** The peers that are measured where they are installed. */
export const PEERS: readonly Peer[] = [
  {
    name: 'Artillery',
    atLeast: 2.2,
    missing: artillery === undefined ? 'not installed, left out (ARTILLERY=/path/to/artillery says where it is)' : undefined,
    start: (port, core, users, seconds) =>
      new PinnedProcess(
        'artillery',
        core,
        artillery as string,
        ['run', '--target', `ws://127.0.0.1:${port}`, path.join(SOURCES, 'artillery.yml')],
        {
          USERS: String(users),
          SECONDS: String(lastingSeconds(seconds)),
          // More worker threads on one core only get in each other's way.
          WORKERS: '1',
          ARTILLERY_DISABLE_TELEMETRY: 'true',
        },
      ),
  },
  {
    name: 'Locust',
    atLeast: 5,
    missing:
      runs('locust', ['--version']) && runs('locust', ['-f', path.join(SOURCES, 'locustfile.py'), '--list'])
        ? undefined
        : 'not installed, left out (apt-get install python3-locust python3-websocket)',
    start: (port, core, users, seconds) =>
      new PinnedProcess('locust', core, 'locust', [
        ...['-f', path.join(SOURCES, 'locustfile.py'), '--headless', '--host', `ws://127.0.0.1:${port}`],
        ...['-u', String(users), '-r', String(users), '-t', `${lastingSeconds(seconds)}s`, '--only-summary', '--stop-timeout', '2'],
      ]),
  },
];
