import { type BackendEnvironment, readEnvironments } from '../src/clients/backends.js';
import { readEnvFile } from '../src/clients/env-file.js';
import { dockerCommand, recreateCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const VARIABLE = 'REDIS_PUBSUB_ENABLED';

/** What one running backend was told. */
export interface Told {
  name: string;
  value: string | undefined;
  /** Why its environment cannot be read. */
  problem?: string;
  /** The command that shows the same. */
  command: string;
}

/** What the .env file says beside it: of what runs it proves nothing. */
export interface EnvFile {
  path: string;
  value: string | undefined;
  problem?: string;
}

const check: Check = {
  id: 'pubsub-enabled',
  title: 'REDIS_PUBSUB_ENABLED is on in every backend',
  why: 'Without it each backend is an island: a message for a user on another replica is lost without an error.',
  needs: [],
  after: ['replicas-running'],
  async run({ config, env, signal }) {
    const [backends, file] = await Promise.all([readEnvironments(config, env, signal), readFileOf(config.envFile)]);
    return { expected: `${VARIABLE}=true in every backend`, ...judge(backends.map(toldTo), file, recreating(backends, config)) };
  },
};

export default check;

function toldTo({ name, variables, problem, show }: BackendEnvironment): Told {
  return { name, value: variables?.[VARIABLE], ...(problem !== undefined && { problem }), command: show(VARIABLE) };
}

async function readFileOf(path: string | undefined): Promise<EnvFile | undefined> {
  if (path === undefined) return undefined;
  try {
    return { path, value: (await readEnvFile(path))[VARIABLE] };
  } catch (error) {
    return { path, value: undefined, problem: messageOf(error) };
  }
}

/** How those that are off come up anew. */
function recreating(backends: readonly BackendEnvironment[], config: Parameters<typeof dockerCommand>[0]): string {
  const off = backends.filter(({ variables }) => isOff(variables?.[VARIABLE]));
  const containers = off.flatMap(({ container }) => (container ? [container] : []));
  return containers.length === 0
    ? `start ${off.map(({ name }) => name).join(', ')} again`
    : recreateCommand(dockerCommand(config), containers);
}

const isOn = (value: string | undefined): boolean => /^\s*(true|1|yes|on|t|y)\s*$/i.test(value ?? '');
const isOff = (value: string | undefined): boolean => value !== undefined && !isOn(value);

/** @param again The command that makes those that are off anew. */
export function judge(backends: readonly Told[], file: EnvFile | undefined, again: string): CheckResult {
  const beside = file === undefined ? '' : `; ${file.path}: ${file.problem ?? file.value ?? 'not set'}`;
  const observed = `${backends.map(({ name, value, problem }) => `${name}: ${problem ?? value ?? 'not set'}`).join('; ')}${beside}`;
  const commands = (some: readonly Told[]) => some.map(({ command }) => command).join('; ');
  if (backends.length === 0) return withoutBackends(file);
  const off = backends.filter(({ value }) => isOff(value));
  if (off.length > 0) {
    const remedy = `set ${VARIABLE}=true and make ${off.map(({ name }) => name).join(', ')} anew, as a restart keeps the old environment: ${again} (now: ${commands(off)})`;
    return { status: 'fail', observed, remedy };
  }
  const unreadable = backends.filter(({ problem }) => problem !== undefined);
  const unset = backends.filter(({ value, problem }) => value === undefined && problem === undefined);
  if (unreadable.length > 0) {
    const status = unreadable.length < backends.length ? 'warn' : 'error';
    return { status, observed, remedy: `run as the user of the backends, or as root: ${commands(unreadable)}` };
  }
  // A backend without the variable reads the file itself, or has a default that nothing here shows.
  if (unset.length > 0 && !isOn(file?.value)) {
    return {
      status: 'warn',
      observed,
      remedy: `say it where the backends are started, so that it does not hang on their default: ${VARIABLE}=true`,
    };
  }
  return { status: 'pass', observed };
}

function withoutBackends(file: EnvFile | undefined): CheckResult {
  const name = 'name the backends (infrastructure.docker.backends, or the pid of each of infrastructure.backends)';
  if (file === undefined) return { status: 'skip', observed: `nowhere to look: ${name}` };
  const observed = `${file.path}: ${file.problem ?? file.value ?? 'not set'}; what runs cannot be looked at: ${name}`;
  if (!isOff(file.value)) return { status: 'skip', observed };
  return { status: 'warn', observed, remedy: `set ${VARIABLE}=true in ${file.path} and make every backend anew` };
}
