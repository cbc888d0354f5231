import { readEnvironments } from '../src/clients/backends.js';
import { readEnvFile } from '../src/clients/env-file.js';
import { dockerCommand, quoted, recreateCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const ENABLED = 'REDIS_PUBSUB_ENABLED';
/** These alone are compared and shown: the others can be secrets. */
const VARIABLES = [ENABLED, 'REDIS_PUBSUB_CHANNEL'];

/** What the file and what each running backend says, by variable. */
export interface Sides {
  path: string;
  file: Record<string, string | undefined>;
  backends: { name: string; isContainer: boolean; values: Record<string, string | undefined> }[];
}

const check: Check = {
  id: 'env-file-agrees',
  title: 'The .env file says what the backends have',
  why: 'A backend keeps what it was started with: the next start, perhaps in the middle of the night, brings up what the file says.',
  needs: [],
  // What is wrong with the backends themselves is told there.
  after: ['pubsub-enabled', 'pubsub-channel'],
  async run({ config, env, signal }) {
    const { envFile: path } = config;
    if (path === undefined) return { status: 'skip', observed: 'no .env file is named: set infrastructure.env_file' };
    const expected = `${VARIABLES.join(' and ')} the same in ${path} and in every backend`;
    const environments = (await readEnvironments(config, env, signal)).filter(({ variables }) => variables !== undefined);
    if (environments.length === 0) {
      const name = 'name the backends (infrastructure.docker.backends, or the pid of each of infrastructure.backends)';
      return { status: 'skip', observed: `no backend's environment can be looked at: ${name}`, expected };
    }
    const file = await readEnvFile(path).catch((error: unknown) => messageOf(error));
    if (typeof file === 'string')
      return { status: 'error', observed: file, expected, remedy: `mend infrastructure.env_file: ls -l ${quoted(path)}` };
    const backends = environments.map(({ name, variables, container }) => ({
      name,
      isContainer: container !== undefined,
      values: only(variables ?? {}),
    }));
    const containers = environments.flatMap(({ container }) => (container ? [container] : []));
    const again = containers.length > 0 ? recreateCommand(dockerCommand(config), containers) : 'start every backend again';
    return { expected, ...judge({ path, file: only(file), backends }, again) };
  },
};

export default check;

const only = (values: Record<string, string>): Record<string, string | undefined> =>
  Object.fromEntries(VARIABLES.map((name) => [name, values[name]]));

/** @param again The command that makes the backends anew. */
export function judge({ path, file, backends }: Sides, again: string): CheckResult {
  const observed = VARIABLES.map((name) => {
    const running = new Set(backends.map(({ values }) => values[name] ?? 'not set'));
    return `${name}: ${file[name] ?? 'not set'} in ${path}, ${[...running].join(' and ')} in the backends`;
  }).join('; ');
  const wrong = VARIABLES.flatMap((name) => {
    const odd = backends.find(({ values }) => differs(name, file[name], values[name]));
    return odd === undefined ? [] : [`sed -i 's|^\\(export \\)\\?${name}=.*|${name}=${odd.values[name]}|' ${quoted(path)}`];
  });
  if (wrong.length > 0) {
    return { status: 'fail', observed, remedy: `what runs is what the test wants, so mend the file: ${wrong.join('; ')}` };
  }
  // A process may well read the file by itself; a container is given it when it is made.
  const older = backends.some(
    ({ isContainer, values }) => isContainer && VARIABLES.some((name) => file[name] !== undefined && values[name] === undefined),
  );
  if (older) {
    return {
      status: 'warn',
      observed,
      remedy: `unless the application reads the file itself, the containers are older than these lines: ${again}`,
    };
  }
  return { status: 'pass', observed };
}

/** Where one of them says nothing they do not disagree. */
function differs(name: string, file: string | undefined, running: string | undefined): boolean {
  if (file === undefined || running === undefined) return false;
  return name === ENABLED ? isOn(file) !== isOn(running) : file !== running;
}

const isOn = (value: string): boolean => /^\s*(true|1|yes|on|t|y)\s*$/i.test(value);
