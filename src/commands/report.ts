import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExitCode, messageOf, UsageError } from '../errors.js';
import { JournalError, readJournal } from '../journal/reader.js';
import { renderTerminal } from '../report/terminal.js';
import { writeReport } from '../report/write.js';
import { judge } from '../verdict/judge.js';
import type { RunResult } from '../verdict/run-result.js';
import { NoRunError, summarize } from '../verdict/summarize.js';
import { exitCodeOfVerdict } from './exit-code.js';
import type { Io } from './io.js';
import { JOURNAL } from './run-folder.js';

/** Makes every report of a run from its journal alone and prints the tables to stdout. */
export async function writeReports(folder: string, io: Io): Promise<RunResult> {
  const result = judge(summarize(readJournal(join(folder, JOURNAL))));
  await writeReport(result, folder);
  io.out(renderTerminal(result, { colour: io.colour }));
  return result;
}

/** `loadwitness report <run-folder>` */
export async function report(folder: string, io: Io): Promise<ExitCode> {
  const journal = join(folder, JOURNAL);
  await stat(journal).catch((error: unknown) => {
    throw new UsageError(`${folder} is not the folder of a run: ${messageOf(error)}`, { cause: error });
  });
  try {
    const result = await writeReports(folder, io);
    io.say(`report: ${join(folder, 'report.html')}`);
    io.say(folder);
    return exitCodeOfVerdict(result);
  } catch (error) {
    if (error instanceof JournalError || error instanceof NoRunError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
