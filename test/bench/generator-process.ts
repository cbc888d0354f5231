import { createInterface } from 'node:readline';
import { Meter } from './meter.js';
import type { Workload } from './workload.js';

/**
 * The process around a generator. It says `ready` when everything is loaded, and is told by lines on stdin to `go`, to `measure`
 * from now on and to `stop`; then its report is its last line. It also stops when stdin ends, so that it never outlives the
 * benchmark.
 *
 * @param start Starts the load; gives what stops it.
 */
export async function runGenerator(start: (workload: Workload, meter: Meter) => () => Promise<void>): Promise<void> {
  const workload = JSON.parse(process.argv[2] as string) as Workload;
  const meter = new Meter();
  let stopLoad: (() => Promise<void>) | undefined;
  const lines = createInterface({ input: process.stdin });
  const deadline = setTimeout(() => lines.close(), workload.maxSeconds * 1000);
  process.stdout.write('ready\n');
  for await (const line of lines) {
    if (line === 'go') stopLoad = start(workload, meter);
    else if (line === 'measure') meter.begin();
    else if (line === 'stop') break;
  }
  clearTimeout(deadline);
  // What the end itself does to the sockets is no failure of the load.
  const report = meter.report();
  await stopLoad?.();
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stdin.destroy();
}
