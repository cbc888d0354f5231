import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerClient } from '../../clients/docker.js';
import { ExitCode, KnownError, messageOf } from '../../errors.js';

const READY_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;
const PROBE_EVERY_MS = 50;
const TAIL_LINES = 20;
/** What the Engine puts in front of each line. */
const TIME = /^\S+Z /;
/** What a backend writes once it listens. */
const LISTENING = '서버 시작';

/** Waits until this Redis answers. @throws KnownError with the end of its log when it ends or takes too long */
export function redisReady(docker: DockerClient, name: string, signal: AbortSignal): Promise<void> {
  return untilReady(docker, name, signal, async () => {
    const { stdout, stderr } = await docker.exec(name, ['redis-cli', 'ping']);
    if (stdout.toString().trim() !== 'PONG') throw new Error(`${stdout}${stderr}`.trim());
  });
}

/** Waits until this backend says that it listens, since it was started last. */
export function backendReady(docker: DockerClient, name: string, signal: AbortSignal): Promise<void> {
  return untilReady(docker, name, signal, async () => {
    const { startedAt } = await docker.inspect(name);
    if (!(await logOf(docker, name, startedAt)).includes(LISTENING)) throw new Error('it has not said that it listens');
  });
}

/** Waits until nginx passes requests on to a backend. */
export function nginxReady(docker: DockerClient, name: string, port: number, signal: AbortSignal): Promise<void> {
  return untilReady(docker, name, signal, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answers ${response.status}`);
  });
}

async function untilReady(docker: DockerClient, name: string, signal: AbortSignal, probe: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await probe();
    } catch (error) {
      const { running, exitCode } = await docker.inspect(name, signal);
      if (!running) throw await failure(docker, name, `ended while it started (exit code ${exitCode})`);
      if (Date.now() > deadline) {
        throw await failure(docker, name, `was not ready after ${READY_TIMEOUT_MS / 1000} s (${messageOf(error)})`);
      }
    }
    await sleep(PROBE_EVERY_MS, undefined, { signal });
  }
}

async function failure(docker: DockerClient, name: string, what: string): Promise<KnownError> {
  const lines = (await logOf(docker, name, '0', TAIL_LINES)).trimEnd().split('\n');
  return new KnownError(
    [`${name} ${what}; its log ends in:`, ...lines.map((line) => `  ${line.replace(TIME, '')}`)].join('\n'),
    ExitCode.internal,
  );
}

async function logOf(docker: DockerClient, name: string, since: string, tail?: number): Promise<string> {
  const chunks: Buffer[] = [];
  const options = { since, follow: false, ...(tail !== undefined && { tail }) };
  for await (const { data } of docker.logs(name, options, AbortSignal.timeout(PROBE_TIMEOUT_MS))) chunks.push(data);
  return Buffer.concat(chunks).toString();
}
