import { inspectBackends, type SeenBackend } from '../src/clients/backends.js';
import { runsHere } from '../src/clients/docker.js';
import { request } from '../src/clients/http.js';
import { dockerCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const ANSWER_MS = 3_000;

/** How one backend is. `unknown`: nothing tells. */
export interface Health {
  name: string;
  state: 'healthy' | 'unhealthy' | 'starting' | 'unknown';
  detail: string;
  /** What shows more. */
  command: string;
  /** What starts it again. */
  restart: string;
}

const check: Check = {
  id: 'replicas-healthy',
  title: 'All replicas are healthy',
  why: 'A replica that runs and is not well answers slowly or not at all, and is a third of the result.',
  needs: ['backends'],
  after: ['replicas-running'],
  async run({ config, env, signal }) {
    const seen = await inspectBackends(config, env, signal);
    const docker = dockerCommand(config);
    return judge(await Promise.all(seen.map((one) => look(one, docker, signal))));
  },
};

export default check;

async function look(seen: SeenBackend, docker: string, signal: AbortSignal): Promise<Health> {
  const { name, address = '127.0.0.1', port, pid } = seen.backend;
  if (seen.kind === 'container') return await lookAtContainer(seen, docker, signal);
  const restart = `restart ${name}${pid === undefined ? '' : ` (pid ${pid})`}`;
  if (port === undefined) return { name, state: 'unknown', detail: 'its port is not known', command: `ps -p ${pid ?? '<pid>'}`, restart };
  const url = urlOf(address, port);
  const about = { name, command: `curl -i --max-time 5 ${url}`, restart };
  try {
    return { ...about, ...ofStatus((await request('GET', url, { deadlineMs: ANSWER_MS, signal })).status) };
  } catch (error) {
    // It accepts connections, or `replicas-running` had failed.
    const isSilent = /no response within/.test(messageOf(error));
    return { ...about, state: isSilent ? 'unhealthy' : 'unknown', detail: messageOf(error) };
  }
}

async function lookAtContainer(
  { backend, facts }: SeenBackend & { kind: 'container' },
  docker: string,
  signal: AbortSignal,
): Promise<Health> {
  const { name } = backend;
  const restart = `${docker} restart ${facts?.name ?? name}`;
  if (facts === undefined) return { name, state: 'unknown', detail: 'there is no such container', command: `${docker} ps -a`, restart };
  const command = `${docker} inspect -f '{{json .State.Health.Log}}' ${facts.name}`;
  if (facts.health === 'unhealthy' || facts.health === 'starting' || facts.health === 'healthy') {
    return { name, state: facts.health, detail: `${facts.health} by its health check`, command, restart };
  }
  const logs = `${docker} logs --tail 50 ${facts.name}`;
  const none = { name, state: 'unknown' as const, detail: 'it has no health check', command: logs, restart };
  const address = facts.addresses.map(({ ipv4 }) => ipv4).find((one) => one !== undefined);
  if (address === undefined || backend.port === undefined || !(await runsHere(facts))) return none;
  try {
    const url = urlOf(address, backend.port);
    return { ...none, ...ofStatus((await request('GET', url, { deadlineMs: ANSWER_MS, signal })).status) };
  } catch {
    // Its network need not be one that this machine can reach: that says nothing of the container.
    return none;
  }
}

const urlOf = (address: string, port: number): string => `http://${address.includes(':') ? `[${address}]` : address}:${port}/health`;

/** What the answer to GET /health says. */
export function ofStatus(status: number): Pick<Health, 'state' | 'detail'> {
  const detail = `GET /health: HTTP ${status}`;
  if (status >= 200 && status < 300) return { state: 'healthy', detail };
  // Another application, or one that shows it to nobody.
  return { state: status >= 500 ? 'unhealthy' : 'unknown', detail };
}

export function judge(healths: readonly Health[]): CheckResult {
  const of = (state: Health['state']) => healths.filter((one) => one.state === state);
  const expected = 'every replica is healthy';
  const observed = [
    ...(of('healthy').length > 0 ? [`${of('healthy').length} of ${healths.length} healthy`] : []),
    ...healths.filter(({ state }) => state !== 'healthy').map(({ name, detail }) => `${name}: ${detail}`),
  ].join('; ');
  const unhealthy = of('unhealthy');
  if (unhealthy.length > 0) {
    const commands = unhealthy.map(({ command }) => command).join('; ');
    const restarts = unhealthy.map(({ restart }) => restart).join('; ');
    return { status: 'fail', observed, expected, remedy: `see why (${commands}), mend it, then: ${restarts}` };
  }
  const starting = of('starting');
  if (starting.length > 0) {
    return { status: 'warn', observed, expected, remedy: `wait until they are healthy: ${starting[0]?.command}` };
  }
  return { status: 'pass', observed, expected };
}
