import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { checks } from '../../checks/index.js';
import { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import { publicConfig } from '../config/public-config.js';
import { ExitCode, KnownError, messageOf } from '../errors.js';
import type { Emit } from '../journal/event.js';
import { SCHEMA_VERSION } from '../journal/event.js';
import { JournalWriter } from '../journal/writer.js';
import { checkIdentities } from '../load/identities/resolve.js';
import { startLoad } from '../load/load.js';
import { createTlsOptions } from '../load/tls.js';
import { runPreflight } from '../preflight/runner.js';
import { type SamplerRunner, startSamplers } from '../samplers/runner.js';
import { watchForAbort } from './abort.js';
import { createAuth } from './auth.js';
import { createCheckContext } from './check-context.js';
import { evidenceWriter } from './evidence.js';
import { exitCodeOfRun } from './exit-code.js';
import type { Io } from './io.js';
import { followKeys } from './keys.js';
import { prepareMachine } from './machine.js';
import { showProgress } from './progress.js';
import { writeReports } from './report.js';
import { CONFIG, createRunFolder, JOURNAL, newRunId } from './run-folder.js';
import { createSamplers } from './samplers.js';
import { prepareUsers, type Users } from './users.js';
import { VERSION } from './version.js';

export interface Night {
  config: Config;
  /** Everything that must not reach a file. */
  secrets: readonly string[];
  /** Folder of all runs. */
  out: string;
  /** Skips the checklist: the verdict then says nothing about the environment. */
  preflight: boolean;
}

/**
 * The whole night: pre-flight, load with everything sampled on one time axis, verdict and evidence.
 *
 * @returns the exit code of the run. The last line that it says is the folder of the evidence.
 */
export async function conduct({ config, secrets, out, preflight }: Night, io: Io): Promise<ExitCode> {
  // Files that cannot be used should cost neither a run's folder nor a pre-flight.
  createTlsOptions(config.tls);
  await checkIdentities(config, io.env);
  const runId = newRunId(new Date());
  const folder = await createRunFolder(out, runId);
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  const disk = new AbortController();
  const journal = await JournalWriter.create(join(folder, JOURNAL), {
    redact: redactor.redactData,
    now: () => performance.timeOrigin + performance.now(),
    onError: (error) => disk.abort(new KnownError(`the journal cannot be written any more: ${messageOf(error)}`, ExitCode.internal)),
  });
  await writeFile(join(folder, CONFIG), `${JSON.stringify(redactor.redactData(publicConfig(config)), null, 2)}\n`, { mode: 0o600 });
  const signal = AbortSignal.any([io.signal, disk.signal]);
  const stopShowing = showProgress(journal, config, io);
  const rule = new AbortController();
  // Of a signal and the rule the first one counts.
  if (config.abort) journal.follow(watchForAbort(config.abort, (reason) => !signal.aborted && rule.abort(reason)));
  const failure = await produce({ config, runId, preflight, redactor, folder, broken: rule.signal }, journal.emit, signal, io);
  stopShowing();
  await journal.close();
  if (disk.signal.aborted) throw disk.signal.reason;
  const result = await writeReports(folder, io);
  if (failure && !(failure instanceof KnownError)) throw failure;
  if (failure) io.say(failure.message);
  io.say(`report: ${join(folder, 'report.html')}`);
  io.say(folder);
  return failure?.exitCode ?? exitCodeOfRun(result);
}

interface Production {
  config: Config;
  runId: string;
  preflight: boolean;
  redactor: Redactor;
  /** The run's. */
  folder: string;
  /** Aborted when the abort rule wants the load to end, with the criterion that failed as its reason. */
  broken: AbortSignal;
}

/**
 * Everything that makes events, from `run.start` to `run.end`.
 *
 * @returns what ended the run before its time, for which there is evidence all the same; undefined when nothing did.
 */
async function produce(
  { config, runId, preflight, redactor, folder, broken }: Production,
  emit: Emit,
  signal: AbortSignal,
  io: Io,
): Promise<Error | undefined> {
  const samplers = createSamplers(config);
  const auth = createAuth(config);
  const onSecret = (secret: string): void => redactor.add(secret);
  emit({
    type: 'run.start',
    schema: SCHEMA_VERSION,
    tool: VERSION,
    runId,
    target: config.target,
    scenario: config.scenario,
    identity: config.identity,
    stages: config.stages,
    settleSeconds: config.settleSeconds,
    strict: config.strict,
    mode: 'load',
    sampleIntervalMs: config.monitoring.intervalSeconds * 1000,
    criteria: { ...config.criteria },
    replicas: config.replicas,
    backends: config.backends.map((backend) => backend.name),
    samplers: samplers.map((sampler) => sampler.id),
  });
  const end = (reason: 'completed' | 'preflight_failed' | 'error', message?: string): void => {
    if (broken.aborted && reason === 'completed') emit({ type: 'run.end', reason: 'aborted', message: String(broken.reason) });
    else if (signal.aborted && !broken.aborted) emit({ type: 'run.end', reason: 'signal', signal: String(signal.reason) });
    else emit({ type: 'run.end', reason, ...(message !== undefined && { message }) });
  };
  let users: Users | undefined;
  let sampling: SamplerRunner | undefined;
  try {
    const layout = await prepareMachine(config, io);
    if (preflight) {
      const { passed } = await runPreflight({ checks, ctx: createCheckContext({ config, auth, env: io.env, onSecret }, signal), emit });
      if (!passed) {
        end('preflight_failed');
        return undefined;
      }
    }
    users = await prepareUsers({ config, runId, auth, redactor, emit, signal }, io);
    sampling = startSamplers({
      samplers,
      intervalMs: config.monitoring.intervalSeconds * 1000,
      emit,
      save: evidenceWriter(folder, redactor),
    });
    await sampling.started;
    const load = await startLoad(
      config,
      users.identities,
      config.seed ?? randomInt(2 ** 31),
      { ...layout, mostUsers: Math.min(layout.mostUsers, users.most) },
      emit,
    );
    users.keeper.deliverTo(load.renew);
    const stop = (): void => {
      io.say('stopping: users finish their task and close; once more to end at once');
      load.stop();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    broken.addEventListener('abort', () => {
      io.say(`aborting: ${broken.reason}`);
      load.stop();
    });
    const releaseKeys = followKeys(load, io);
    const reason = await load.ended;
    releaseKeys();
    await sampling.stop();
    end(reason === 'error' ? 'error' : 'completed');
    return undefined;
  } catch (error) {
    await sampling?.stop();
    end('error', messageOf(error));
    return signal.aborted ? undefined : (error as Error);
  } finally {
    users?.keeper.stop();
  }
}
