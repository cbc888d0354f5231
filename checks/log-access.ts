import type { DockerClient } from '../src/clients/docker.js';
import { followCommand } from '../src/clients/log-command.js';
import { type LogPlace, logPlaceOf, type TailLine } from '../src/clients/log-line.js';
import { tailContainer, tailFile } from '../src/clients/log-tail.js';
import { withDocker } from '../src/clients/open.js';
import { dockerCommand, quoted } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Backend, Check, CheckResult } from '../src/preflight/check.js';

const LAST_LINES = 200;
const LAST_BYTES = 64 * 1024;
/** A command that runs for so long goes on; one that was quiet meanwhile has just nothing to tell. */
const SETTLED_MS = 1_000;

/** What came of looking at one backend's log. */
export interface LogFinding {
  backend: string;
  place: LogPlace | undefined;
  ok: boolean;
  detail: string;
}

const check: Check = {
  id: 'log-access',
  title: "Each backend's log can be read",
  why: 'That no message failed is proven by the logs of all backends alone; with one unread the verdict of the night is INCONCLUSIVE.',
  needs: ['logs'],
  // A container that is not there has no log.
  after: ['replicas-running'],
  async run({ config, env, signal }) {
    const { backends } = config;
    if (backends.every((backend) => logPlaceOf(backend) === undefined)) return { status: 'skip', observed: NONE };
    const findings = await withDocker(config, env, (docker) => Promise.all(backends.map((backend) => look(backend, docker, signal))));
    return judgeAccess(findings, dockerCommand(config));
  },
};

export default check;

const NONE = 'no log is named: give each of infrastructure.backends its log (a file), log_command or container';

async function look(backend: Backend, docker: DockerClient, signal: AbortSignal): Promise<LogFinding> {
  const place = logPlaceOf(backend);
  const found = { backend: backend.name, place };
  if (place === undefined) return { ...found, ok: false, detail: 'no log is named' };
  try {
    return { ...found, ok: true, detail: await read(backend.name, place, docker, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...found, ok: false, detail: messageOf(error) };
  }
}

/** What was read of one log. @throws when it cannot be read */
async function read(name: string, place: LogPlace, docker: DockerClient, signal: AbortSignal): Promise<string> {
  if (place.kind === 'command') return await readCommand(place.command, signal);
  const isFile = place.kind === 'file';
  const { lines } = isFile
    ? await tailFile(place.path, LAST_BYTES, signal)
    : await tailContainer(docker, place.container, LAST_LINES, signal);
  const where = isFile ? `file ${place.path}` : place.container === name ? 'container' : `container ${place.container}`;
  return lines.length === 0 ? `${where}, no line yet` : `${where}, last ${count(lines.length)}${streamsOf(lines)}`;
}

/** Where an application logs is worth knowing to whoever filters its log by hand. */
function streamsOf(lines: readonly TailLine[]): string {
  const known = lines.filter(({ stream }) => stream !== undefined);
  if (known.length === 0) return '';
  const onStderr = known.filter(({ stream }) => stream === 'stderr').length;
  if (onStderr === known.length) return ', all on stderr';
  return onStderr === 0 ? ', all on stdout' : `, ${onStderr} on stderr and ${known.length - onStderr} on stdout`;
}

async function readCommand(command: readonly string[], signal: AbortSignal): Promise<string> {
  const log = followCommand(command, LAST_LINES);
  try {
    // Also with lines: they may be its last words, which are no log.
    await log.waitFor(() => false, SETTLED_MS, signal);
    if (log.ended !== undefined) throw new Error(`${command[0]} ended (${log.ended}), and has to go on as long as the run`);
    return log.lines.length === 0 ? `${command[0]} runs, no line yet` : `${command[0]} runs, ${count(log.lines.length)} so far`;
  } finally {
    await log.close();
  }
}

const count = (lines: number): string => `${lines} ${lines === 1 ? 'line' : 'lines'}`;

/** Judges what was found; at least one log is named. */
export function judgeAccess(findings: readonly LogFinding[], docker = 'docker'): CheckResult {
  const expected = `the logs of all ${findings.length} backends can be read now`;
  const bad = findings.filter(({ ok }) => !ok);
  const tell = (some: readonly LogFinding[]) => some.map(({ backend, detail }) => `${backend}: ${detail}`).join('; ');
  if (bad.length === 0) return { status: 'pass', observed: tell(findings), expected };
  const readable = findings.length - bad.length;
  return {
    status: 'fail',
    observed: `${tell(bad)}${readable > 0 ? `; the other ${readable} can be read` : ''}`,
    expected,
    remedy: [...new Set(bad.map((finding) => remedyFor(finding, docker)))].join('; '),
  };
}

function remedyFor({ backend, place, detail }: LogFinding, docker: string): string {
  if (place === undefined) return `name the log of ${backend} under infrastructure.backends: its log (a file), log_command or container`;
  // Not the whole command: a word of it may be secret.
  if (place.kind === 'command')
    return `run the log_command of ${backend} (${place.command[0]} …) by hand: it has to go on until it is ended`;
  if (place.kind === 'container') return remedyForContainer(place.container, detail, docker);
  if (/EACCES|EPERM|permission/i.test(detail)) return `let this user read it: sudo setfacl -m u:$(id -un):r ${quoted(place.path)}`;
  if (/ENOENT/.test(detail))
    return `mend the log of ${backend} (infrastructure.backends), or start what writes it: ls -l ${quoted(place.path)}`;
  return `the log of ${backend} has to be a file with lines: ls -l ${quoted(place.path)}`;
}

function remedyForContainer(container: string, detail: string, docker: string): string {
  if (/logging driver|does not support reading/i.test(detail)) {
    return (
      'give its service a logging driver that can be read (logging: {driver: json-file}) and create it anew: ' +
      `${docker} inspect -f '{{.HostConfig.LogConfig.Type}}' ${container}`
    );
  }
  return `${docker} logs --tail 5 ${container}`;
}
