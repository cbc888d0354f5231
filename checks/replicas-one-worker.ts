import { inspectBackends, type SeenBackend } from '../src/clients/backends.js';
import { type DockerClient, runsHere } from '../src/clients/docker.js';
import { withDocker } from '../src/clients/open.js';
import { readEnvironment } from '../src/clients/proc.js';
import { listInContainer, type ProcessFacts, readFamily } from '../src/clients/processes.js';
import { dockerCommand, recreateCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckContext, CheckResult } from '../src/preflight/check.js';

/** What uvicorn and gunicorn take their number of workers from, where their command line does not say it. */
const VARIABLES = ['WEB_CONCURRENCY', 'UVICORN_WORKERS'];

/** Programs whose like siblings are workers of one application. */
const SERVER = /gunicorn|uvicorn|hypercorn|granian|multiprocessing\.spawn|(^|\/)(python[\d.]*|node)( |$)/;

/** The workers of one replica. */
export interface Workers {
  name: string;
  /** As its command line or environment says. */
  declared: number | undefined;
  /** Processes that look like workers of one application; undefined where none could be listed. */
  seen: number | undefined;
  /** They are those of gunicorn, which starts them for nothing else. */
  isCertain: boolean;
  problem?: string;
}

const check: Check = {
  id: 'replicas-one-worker',
  title: 'Each replica has one worker',
  why: 'Two workers in one replica each hold sockets and a Pub/Sub listener of their own: counts per replica, the limit of connections and NUMSUB are all wrong.',
  needs: ['backends'],
  after: ['replicas-running'],
  async run(ctx) {
    const seen = await inspectBackends(ctx.config, ctx.env, ctx.signal);
    const hasContainers = seen.some(({ kind }) => kind === 'container');
    const look = (docker?: DockerClient) => Promise.all(seen.map((one) => workersOf(one, docker, ctx)));
    const workers = await (hasContainers ? withDocker(ctx.config, ctx.env, look) : look());
    const known = workers.filter((one) => one !== undefined);
    if (known.length === 0) {
      return { status: 'skip', observed: 'their processes are not known: give each of infrastructure.backends its container or pid' };
    }
    const containers = seen.flatMap((one) => (one.kind === 'container' && one.facts ? [one.facts] : []));
    const again = containers.length > 0 ? recreateCommand(dockerCommand(ctx.config), containers) : undefined;
    return judge(known, again);
  },
};

export default check;

async function workersOf(seen: SeenBackend, docker: DockerClient | undefined, { signal }: CheckContext): Promise<Workers | undefined> {
  const { name, pid } = seen.backend;
  if (seen.kind === 'process') {
    if (pid === undefined || process.platform !== 'linux') return undefined;
    return await count(name, () => readFamily(pid), await readEnvironment(pid).catch(unknownEnvironment));
  }
  const { facts } = seen;
  if (facts === undefined || docker === undefined) return undefined;
  const list = async () => ((await runsHere(facts)) ? await readFamily(facts.pid) : await listInContainer(docker, facts.id, signal));
  return await count(name, list, facts.env);
}

/** Another user's process: its command line is to be seen all the same. */
const unknownEnvironment = (): Record<string, string> => ({});

async function count(name: string, list: () => Promise<ProcessFacts[]>, env: Record<string, string>): Promise<Workers> {
  try {
    const family = await list();
    return { name, declared: declaredIn(family, env), ...pool(family) };
  } catch (error) {
    return { name, declared: declaredIn([], env), seen: undefined, isCertain: false, problem: messageOf(error) };
  }
}

/** What `--workers 2`, `--workers=2` or `-w 2` of a server says, else its environment. */
export function declaredIn(family: readonly ProcessFacts[], env: Record<string, string>): number | undefined {
  const texts = family.map(({ argv }) => argv.join(' ')).filter((text) => SERVER.test(text));
  const flags = texts.map((text) => /(?:\s|^)(?:--workers[= ]|-w ?)(\d+)(?=\s|$)/.exec(text)?.[1]);
  const value = flags.find((flag) => flag !== undefined) ?? VARIABLES.map((variable) => env[variable]).find((one) => one !== undefined);
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** The greatest number of siblings that are the same server: of uvicorn's children one is no worker and looks otherwise. */
export function pool(family: readonly ProcessFacts[]): { seen: number; isCertain: boolean } {
  const groups = new Map<string, number>();
  for (const { parent, argv } of family.slice(1)) {
    const text = argv.join(' ');
    if (!SERVER.test(text)) continue;
    // Pipes and ports differ from one to the next.
    const key = `${parent} ${text.replace(/\d+/g, '#')}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const [key = '', seen = 1] = [...groups].sort(([, a], [, b]) => b - a)[0] ?? [];
  return { seen, isCertain: seen > 1 && key.includes('gunicorn') };
}

export function judge(workers: readonly Workers[], recreate: string | undefined): CheckResult {
  const expected = 'one worker each';
  const numberOf = ({ seen, declared }: Workers) => seen ?? declared;
  const observed = workers.map((one) => `${one.name}: ${describe(one)}`).join('; ');
  const isMany = (one: Workers) => (numberOf(one) ?? 0) > 1;
  const again = recreate ?? 'start them anew';
  const remedy = `start each with one worker and scale by replicas: take --workers out of its command, and WEB_CONCURRENCY out of its environment, then: ${again}`;
  if (workers.some((one) => isMany(one) && (one.isCertain || (one.declared ?? 0) > 1)))
    return { status: 'fail', observed, expected, remedy };
  if (workers.some(isMany)) {
    return { status: 'warn', observed, expected, remedy: `where these are not a pool for calculations but workers: ${remedy}` };
  }
  if (workers.some((one) => numberOf(one) === undefined)) {
    return {
      status: 'warn',
      observed,
      expected,
      remedy: 'see in how its command is given that there is no --workers: docker top <container>',
    };
  }
  return { status: 'pass', observed, expected };
}

function describe({ seen, declared, problem }: Workers): string {
  const said = declared !== undefined && declared !== seen ? ` (${declared} asked for)` : '';
  if (seen !== undefined) return `${seen === 1 ? '1 worker' : `${seen} like processes beside each other`}${said}`;
  return declared === undefined ? `not known: ${problem}` : `${declared} asked for`;
}
