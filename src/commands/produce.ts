import { dirname } from 'node:path';
import type { Redactor } from '../bundle/redact.js';
import type { Config } from '../config/config.js';
import { messageOf } from '../errors.js';
import { type Emit, SCHEMA_VERSION } from '../journal/event.js';
import type { Check } from '../preflight/check.js';
import { type SamplerRunner, startSamplers } from '../samplers/runner.js';
import { createAuth } from './auth.js';
import { createCheckContext } from './check-context.js';
import { runChecklist } from './checklist.js';
import type { Drive, DriveContext } from './drive.js';
import { evidenceWriter } from './evidence.js';
import type { Io } from './io.js';
import { type RelaxedRun, relaxNginx } from './nginx/on-run.js';
import { createSamplers } from './samplers.js';
import type { Surroundings } from './surroundings.js';
import { VERSION } from './version.js';

export interface Production {
  surroundings: Surroundings;
  drive: Drive;
  runId: string;
  /** The run's. */
  folder: string;
  /** Undefined: no pre-flight is made. */
  checks: readonly Check[] | undefined;
  /** Whether nginx is relaxed for the time of the run. */
  relaxNginx: boolean;
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
  const { surroundings, drive, folder, redactor, emit, signal, broken } = production;
  const { config, redis } = surroundings;
  const archive = { folder, redact: redactLogs(redactor) };
  const samplers = createSamplers({ surroundings, archive, onSecret: (secret) => redactor.add(secret) });
  const auth = createAuth(config);
  const stop = AbortSignal.any([signal, broken]);
  const ctx: DriveContext = { config, runId: production.runId, auth, redactor, redis, emit, stop, io };
  emit(runStart(production, samplers));
  let sampling: SamplerRunner | undefined;
  let relaxed: RelaxedRun | undefined;
  try {
    if (production.relaxNginx) relaxed = await relaxNginx(config, surroundings.docker, io, emit);
    if (production.checks && !(await passes(production, production.checks, auth, io))) {
      await relaxed?.restore();
      emit({ type: 'run.end', reason: 'preflight_failed' });
      return undefined;
    }
    await drive.prepare?.(ctx);
    const intervalMs = config.monitoring.intervalSeconds * 1000;
    sampling = startSamplers({ samplers, intervalMs, emit, save: evidenceWriter(folder, redactor) });
    await sampling.started;
    tellOfStop(drive, stop, broken, io);
    const reason = await drive.run(ctx);
    // Before anything is waited for that is told late, and so that the last snapshot shows the original.
    await relaxed?.restore();
    await sampling.stop(stop);
    emit(runEnd(production, reason === 'error' ? 'error' : 'completed'));
    return undefined;
  } catch (error) {
    await relaxed?.restore();
    await sampling?.stop();
    emit(runEnd(production, 'error', messageOf(error)));
    return signal.aborted ? undefined : (error as Error);
  } finally {
    await drive.release?.();
  }
}

/** Each log by itself: a private key takes many lines, which others come between in another log. */
function redactLogs(redactor: Redactor): (text: string, file: string) => string {
  const logs = new Map<string, (text: string) => string>();
  return (text, file) => {
    const redact = logs.get(file) ?? redactor.for(file).lines();
    logs.set(file, redact);
    return redact(text);
  };
}

function runStart({ surroundings: { config }, drive, runId }: Production, samplers: readonly { id: string }[]): Parameters<Emit>[0] {
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
    ...canaryLimits(config, drive),
    criteria: { ...config.criteria },
    replicas: config.replicas,
    backends: config.backends.map((backend) => backend.name),
    samplers: samplers.map((sampler) => sampler.id),
  };
}

/** Canaries need users of ours. */
function canaryLimits({ canary, redis }: Config, { mode }: Drive) {
  if (mode !== 'load' || canary === undefined || redis === undefined) return {};
  const { perSecond, limitMs, lostAfterMs } = canary;
  return { canary: { perSecond, limitMs, lostAfterMs } };
}

/** What ended first counts: a signal, or the abort rule. */
function runEnd({ signal, broken }: Production, reason: 'completed' | 'error', message?: string): Parameters<Emit>[0] {
  if (broken.aborted && reason === 'completed') return { type: 'run.end', reason: 'aborted', message: String(broken.reason) };
  // The disk, and no person.
  if (signal.reason instanceof Error) return { type: 'run.end', reason: 'error', message: messageOf(signal.reason) };
  if (signal.aborted && !broken.aborted) return { type: 'run.end', reason: 'signal', signal: String(signal.reason) };
  return { type: 'run.end', reason, ...(message !== undefined && { message }) };
}

/** What need not be as it is configured while nginx is relaxed. */
const RELAXED = new Map([['nginx-upstream-method', 'nginx is relaxed for the time of the run']]);

async function passes(
  { surroundings: { config, redis }, folder, relaxNginx, redactor, emit, signal }: Production,
  checks: readonly Check[],
  auth: DriveContext['auth'],
  io: Io,
): Promise<boolean> {
  const onSecret = (secret: string): void => redactor.add(secret);
  const options = { config, auth, redis, env: io.env, out: dirname(folder), yes: config.yes, onSecret };
  const { passed } = await runChecklist(
    { checks, skip: relaxNginx ? RELAXED : new Map(), ctx: createCheckContext(options, signal), emit, redactor },
    io,
  );
  return passed;
}

function tellOfStop({ stopping }: Drive, stop: AbortSignal, broken: AbortSignal, io: Io): void {
  const tell = (): void => {
    if (broken.aborted) io.say(`aborting: ${broken.reason}`);
    else if (stop.reason instanceof Error) io.say(`${messageOf(stop.reason)}: stopping: ${stopping}`);
    else io.say(`stopping: ${stopping}; once more to end at once`);
  };
  if (stop.aborted) tell();
  else stop.addEventListener('abort', tell, { once: true });
}
