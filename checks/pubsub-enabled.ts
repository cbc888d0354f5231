import { readFile } from 'node:fs/promises';
import { readEnvironment } from '../src/clients/proc.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const VARIABLE = 'REDIS_PUBSUB_ENABLED';

/** One place that may say whether Pub/Sub is on. */
interface Source {
  name: string;
  /** The command that shows the same. */
  command: string;
  /** `unset` where the variable is not there. */
  value: string;
  unreadable?: string;
}

const check: Check = {
  id: 'pubsub-enabled',
  title: 'REDIS_PUBSUB_ENABLED is on',
  why: 'Without it each backend is an island: a message for a user on another replica is lost without an error.',
  needs: [],
  async run({ config }) {
    const sources = await readSources(config);
    if (sources.length === 0) {
      return { status: 'skip', observed: 'nowhere to look: set infrastructure.env_file, or the pid of each of infrastructure.backends' };
    }
    return { expected: `${VARIABLE}=true in the .env file and in every backend`, ...judge(sources) };
  },
};

export default check;

async function readSources({ envFile, backends }: Config): Promise<Source[]> {
  const file =
    envFile === undefined ? [] : [readSource(envFile, `grep ${VARIABLE} ${envFile}`, async () => valueIn(await readFile(envFile, 'utf8')))];
  const processes = backends.flatMap(({ name, pid }) =>
    pid === undefined
      ? []
      : [readSource(name, `tr '\\0' '\\n' < /proc/${pid}/environ | grep ${VARIABLE}`, async () => (await readEnvironment(pid))[VARIABLE])],
  );
  return await Promise.all([...file, ...processes]);
}

async function readSource(name: string, command: string, read: () => Promise<string | undefined>): Promise<Source> {
  try {
    return { name, command, value: (await read()) ?? 'unset' };
  } catch (error) {
    return { name, command, value: 'unreadable', unreadable: messageOf(error) };
  }
}

/** The variable's value in the text of a .env file; as in a shell the last one holds. */
function valueIn(text: string): string | undefined {
  const match = text
    .split(/\r?\n/)
    .map((line) => new RegExp(`^\\s*(?:export\\s+)?${VARIABLE}\\s*=(.*)$`).exec(line))
    .findLast((found) => found !== null);
  return match?.[1]
    ?.trim()
    .replace(/^(["'])(.*?)\1.*$/, '$2')
    .replace(/\s+#.*$/, '');
}

function judge(sources: readonly Source[]): CheckResult {
  const observed = sources.map(({ name, value, unreadable }) => `${name}: ${unreadable ?? value}`).join('; ');
  const said = sources.filter(({ value, unreadable }) => unreadable === undefined && value !== 'unset');
  const off = said.filter(({ value }) => !/^(true|1|yes|on)$/i.test(value));
  const unreadable = sources.filter((source) => source.unreadable !== undefined);
  const commands = (some: readonly Source[]) => some.map((source) => source.command).join('; ');
  if (off.length > 0 && off.length < said.length) {
    const remedy = `they disagree: a backend keeps what it was started with. Set ${VARIABLE}=true and start every backend anew: ${commands(off)}`;
    return { status: 'fail', observed, remedy };
  }
  if (off.length > 0) return { status: 'fail', observed, remedy: `set ${VARIABLE}=true and start every backend anew: ${commands(off)}` };
  if (unreadable.length > 0) {
    const status = said.length > 0 ? 'warn' : 'error';
    return { status, observed, remedy: `run as the user of the backends, or as root: ${commands(unreadable)}` };
  }
  if (said.length === 0) {
    return {
      status: 'warn',
      observed,
      remedy: `the application's own default holds, which nothing here shows; set ${VARIABLE}=true in the .env file`,
    };
  }
  // A backend without the variable reads the .env file itself.
  return { status: 'pass', observed };
}
