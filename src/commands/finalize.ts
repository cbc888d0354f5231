import { join } from 'node:path';
import { Redactor } from '../bundle/redact.js';
import { connectCloudWatch } from '../clients/cloudwatch.js';
import { ExitCode, KnownError, messageOf } from '../errors.js';
import { JournalWriter } from '../journal/writer.js';
import { LOOK_BACK_MS } from '../samplers/cloudwatch.js';
import { CloudWatchAsker } from '../samplers/cloudwatch-asker.js';
import { seriesKey, titleOf } from '../samplers/cloudwatch-plan.js';
import { BASIC_MS, periodByAge } from '../samplers/cloudwatch-series.js';
import { snapshotOf } from '../samplers/cloudwatch-snapshot.js';
import { keepFile } from '../samplers/keep-file.js';
import type { EvidenceFile, Reading } from '../samplers/sampler.js';
import { evidenceWriter } from './evidence.js';
import { exitCodeOfVerdict } from './exit-code.js';
import { type CloudWatchOfRun, isKnown, readCloudWatch, readRun, remember, SAMPLER } from './finished-run.js';
import type { Io } from './io.js';
import { withReports, writeReports } from './report.js';
import { JOURNAL } from './run-folder.js';
import { withRunLock } from './run-lock.js';

/** Nobody waits for the next reading. */
const DEADLINE_MS = 30_000;

/**
 * `loadwitness finalize <run-folder>`: adds to a finished run the datapoints of CloudWatch that had not come when it ended, and makes its
 * reports again. Run once more it adds only what has come since, so nothing when nothing has.
 *
 * @throws UsageError when the folder is not that of a finished run with CloudWatch.
 * @throws KnownError with the exit code of usage when there are no credentials, no region or no permission, and of inconclusive when
 * CloudWatch gives no answer. The run is left as it was.
 */
export async function finalize(folder: string, io: Io): Promise<ExitCode> {
  const config = await readCloudWatch(folder);
  // Two at once would both add what neither finds.
  return await withRunLock(folder, 'finalize', () => finalizeIn(folder, config, io));
}

async function finalizeIn(folder: string, config: CloudWatchOfRun, io: Io): Promise<ExitCode> {
  const run = readRun(folder);
  const redactor = new Redactor();
  const client = connectCloudWatch(config, { deadlineMs: DEADLINE_MS, onSecret: (secret) => redactor.add(secret) });
  try {
    const asker = new CloudWatchAsker(client, config);
    const now = Date.now();
    const window = { from: run.from, to: Math.min(run.to, now) };
    // Datapoints before the load show how often a metric is told.
    const asked = { from: Math.floor((window.from - LOOK_BACK_MS) / BASIC_MS) * BASIC_MS, to: window.to };
    const period = periodByAge(now - asked.from);
    const problems: string[] = [];
    const how = await asker.ask(asked, period, { problem: (message) => problems.push(message), signal: io.signal });
    if (how !== 'answered') throw new KnownError(problems.join('\n'), how === 'refused' ? ExitCode.usage : ExitCode.inconclusive);
    for (const problem of problems) io.say(problem);
    const late = asker.series
      .flatMap((one) => one.take(window, now, period * 1000))
      .filter((reading) => !isKnown(reading, period, run.known));
    for (const reading of late) remember(run.known, reading);
    const missing = asker.series.flatMap((one) => {
      const count = one.missing(window, now, run.known.get(seriesKey(one.metric)) ?? [], period * 1000);
      return count === 0 ? [] : [`${count} of ${titleOf(one.metric)}`];
    });
    const said = missing.length === 0 ? '' : `; still missing: ${missing.join(', ')}`;
    if (late.length === 0) io.say(`CloudWatch has no datapoint that the run does not have${said}`);
    else {
      const files = await snapshotOf(client, { when: 'finalize', series: asker.series, window: asked, period, signal: io.signal });
      const message = `${late.length} ${late.length === 1 ? 'datapoint' : 'datapoints'} of CloudWatch added${said}`;
      await append(folder, { late, files, message }, redactor, io);
      io.say(message);
    }
  } finally {
    client.close();
  }
  const written = await writeReports(folder, io, { redactor });
  io.say(`report: ${join(folder, 'report.html')}`);
  io.say(folder);
  return withReports(exitCodeOfVerdict(written.result), written);
}

interface Late {
  late: readonly Reading[];
  files: readonly EvidenceFile[];
  message: string;
}

async function append(folder: string, { late, files, message }: Late, redactor: Redactor, io: Io): Promise<void> {
  let refused: Error | undefined;
  const options = {
    redact: redactor.for(JOURNAL).redactData,
    now: Date.now,
    onError: (error: Error) => {
      refused = error;
    },
  };
  let torn = '';
  const journal = await JournalWriter.append(join(folder, JOURNAL), options, (bytes) => {
    torn = `; the journal's last line was torn: ${bytes} bytes were cut off`;
    io.say(torn.slice(2));
  });
  const save = evidenceWriter(folder, redactor);
  for (const { t = 0, ...sample } of late) journal.emit({ type: 'sample', t, sampler: SAMPLER, samples: [sample] });
  for (const file of files) journal.emit(await keepFile(file, SAMPLER, save));
  journal.emit({ type: 'run.finalize', message: `${message}${torn}` });
  await journal.close();
  if (refused !== undefined) throw new KnownError(`the journal cannot be written: ${messageOf(refused)}`, ExitCode.internal);
}
