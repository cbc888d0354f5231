import { MAX_SECONDS, parseDuration } from '../config/duration.js';
import { ExitCode, UsageError } from '../errors.js';
import { comparisonTerminal } from '../report/comparison-terminal.js';
import { compareFolders, saveComparison } from './compare.js';
import type { Io } from './io.js';

/** How often a run is made, and how long the target rests between two. */
export interface Repeats {
  times: number;
  pauseSeconds: number;
}

/** The options of `run` that say so, as they were typed. */
export interface RepeatOptions {
  repeat?: string;
  pause?: string;
}

const MOST_TIMES = 20;

/** @throws UsageError naming the option. */
export function parseRepeats({ repeat = '1', pause }: RepeatOptions): Repeats {
  const times = Number(repeat);
  if (!Number.isInteger(times) || times < 1 || times > MOST_TIMES) {
    throw new UsageError(`--repeat: must be a number from 1 to ${MOST_TIMES}, is "${repeat}"`);
  }
  if (pause !== undefined && times === 1) throw new UsageError('--pause is the time between the runs of --repeat, and there is one run');
  const pauseSeconds = parseDuration(pause ?? '0');
  if (pauseSeconds === undefined || pauseSeconds > MAX_SECONDS) {
    throw new UsageError(`--pause: must be a time such as 30, 90s or 2m, is "${pause}"`);
  }
  return { times, pauseSeconds };
}

/** One of the runs. @returns its exit code, and its folder where it got so far that it has one. */
export type OneRun = (io: Io) => Promise<{ exitCode: ExitCode; folder: string | undefined }>;

/** Ends that another run would only meet again. */
const FINAL: readonly ExitCode[] = [ExitCode.preflightFailed, ExitCode.aborted, ExitCode.internal];

/**
 * Makes the same run several times and compares them: the tables of the comparison are the one document on stdout, those of each run are in
 * its folder.
 *
 * @param strict Whether runs that are not proven to say the same count against the result.
 * @returns that of the worst run: a FAIL beats INCONCLUSIVE beats PASS.
 */
export async function repeatRun({ times, pauseSeconds }: Repeats, one: OneRun, strict: boolean, io: Io): Promise<ExitCode> {
  const quiet: Io = { ...io, out: () => {} };
  const folders: string[] = [];
  const codes: ExitCode[] = [];
  for (let count = 1; count <= times; count++) {
    if (count > 1) await rest(pauseSeconds, io);
    if (io.signal.aborted) break;
    io.say(`run ${count} of ${times}`);
    const { exitCode, folder } = await one(quiet);
    codes.push(exitCode);
    if (folder !== undefined) folders.push(folder);
    if (io.signal.aborted || FINAL.includes(exitCode)) break;
  }
  const worst = worstOf(codes, io.signal);
  if (folders.length < times) io.say(`${folders.length} of ${times} runs were made`);
  if (folders.length < 2) return worst;
  const { comparison } = await compareFolders(folders);
  io.out(comparisonTerminal(comparison, { colour: io.colour }));
  for (const path of await saveComparison(comparison, folders)) io.say(path);
  return worst === ExitCode.pass && strict && comparison.reproducible !== 'yes' ? ExitCode.inconclusive : worst;
}

/** Signals and ends before the load say more of the whole than any verdict. */
function worstOf(codes: readonly ExitCode[], signal: AbortSignal): ExitCode {
  const last = codes.at(-1);
  if (last === undefined) return signal.reason === 'SIGTERM' ? ExitCode.sigterm : ExitCode.sigint;
  const verdicts: readonly ExitCode[] = [ExitCode.fail, ExitCode.inconclusive, ExitCode.pass];
  if (!verdicts.includes(last)) return last;
  return verdicts.find((code) => codes.includes(code)) ?? last;
}

/** Until the target has rested or somebody wants the end. */
async function rest(seconds: number, { signal, progress }: Io): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let left = seconds; left > 0 && !signal.aborted; left = (end - performance.now()) / 1000) {
    progress(`the next run begins in ${Math.ceil(left)} s`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, Math.min(left, 1) * 1000);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}
