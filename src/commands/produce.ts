import { checks } from '../../checks/index.js';
import type { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import { messageOf } from '../errors.js';
import { type Emit, SCHEMA_VERSION } from '../journal/event.js';
import { runPreflight } from '../preflight/runner.js';
import { type SamplerRunner, startSamplers } from '../samplers/runner.js';
import { createAuth } from './auth.js';
import { createCheckContext } from './check-context.js';
import type { Drive, DriveContext } from './drive.js';
import { evidenceWriter } from './evidence.js';
import type { Io } from './io.js';
import { createSamplers } from './samplers.js';
import { VERSION } from './version.js';

export interface Production {
  config: Config;
  drive: Drive;
  runId: string;
  /** The run's. */
  folder: string;
  preflight: boolean;
  redactor: Redactor;
  emit: Emit;
  /** Aborted by a signal or a disk that is full, with the reason. */
  signal: AbortSignal;
  /** Aborted when the abort rule wants the load to end, with the criterion that failed as its reason. */
  broken: AbortSignal;
}

/**
 * Everything that makes events, from `run.start` to `run.end`.
 *
 * @returns what ended the run before its time, for which there is evidence all the same; undefined when nothing did.
 */
export async function produce(production: Production, io: Io): Promise<Error | undefined> {
  const { config, drive, folder, redactor, emit, signal, broken } = production;
  const samplers = createSamplers(config);
  const auth = createAuth(config);
  const stop = AbortSignal.any([signal, broken]);
  const ctx: DriveContext = { config, runId: production.runId, auth, redactor, emit, stop, io };
  emit(runStart(production, samplers));
  let sampling: SamplerRunner | undefined;
  try {
    await drive.check?.(ctx);
    if (production.preflight && !(await passes(production, auth, io))) {
      emit({ type: 'run.end', reason: 'preflight_failed' });
      return undefined;
    }
    await drive.prepare?.(ctx);
    const intervalMs = config.monitoring.intervalSeconds * 1000;
    sampling = startSamplers({ samplers, intervalMs, emit, save: evidenceWriter(folder, redactor) });
    await sampling.started;
    tellOfStop(stop, broken, io);
    const reason = await drive.run(ctx);
    await sampling.stop(!stop.aborted);
    emit(runEnd(production, reason === 'error' ? 'error' : 'completed'));
    return undefined;
  } catch (error) {
    await sampling?.stop();
    emit(runEnd(production, 'error', messageOf(error)));
    return signal.aborted ? undefined : (error as Error);
  } finally {
    await drive.release?.();
  }
}

function runStart({ config, drive, runId }: Production, samplers: readonly { id: string }[]): Parameters<Emit>[0] {
  return {
    type: 'run.start',
    schema: SCHEMA_VERSION,
    tool: VERSION,
    runId,
    target: config.target,
    scenario: config.scenario,
    identity: config.identity,
    stages: drive.mode === 'load' ? config.stages : [],
    settleSeconds: config.settleSeconds,
    strict: config.strict,
    mode: drive.mode,
    sampleIntervalMs: config.monitoring.intervalSeconds * 1000,
    criteria: { ...config.criteria },
    replicas: config.replicas,
    backends: config.backends.map((backend) => backend.name),
    samplers: samplers.map((sampler) => sampler.id),
  };
}

/** What ended first counts: a signal, or the abort rule. */
function runEnd({ signal, broken }: Production, reason: 'completed' | 'error', message?: string): Parameters<Emit>[0] {
  if (broken.aborted && reason === 'completed') return { type: 'run.end', reason: 'aborted', message: String(broken.reason) };
  if (signal.aborted && !broken.aborted) return { type: 'run.end', reason: 'signal', signal: String(signal.reason) };
  return { type: 'run.end', reason, ...(message !== undefined && { message }) };
}

async function passes({ config, redactor, emit, signal }: Production, auth: DriveContext['auth'], io: Io): Promise<boolean> {
  const onSecret = (secret: string): void => redactor.add(secret);
  const { passed } = await runPreflight({ checks, ctx: createCheckContext({ config, auth, env: io.env, onSecret }, signal), emit });
  return passed;
}

function tellOfStop(stop: AbortSignal, broken: AbortSignal, io: Io): void {
  const tell = (): void =>
    io.say(broken.aborted ? `aborting: ${broken.reason}` : 'stopping: users finish their task and close; once more to end at once');
  if (stop.aborted) tell();
  else stop.addEventListener('abort', tell, { once: true });
}
