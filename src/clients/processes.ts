import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DockerClient } from './docker.js';

/** One process. Its arguments can hold secrets: never to be written. */
export interface ProcessFacts {
  pid: number;
  parent: number;
  argv: string[];
}

const SEPARATOR = '\x1e';

/** With a shell and `cat` alone: slim images have no `ps`. */
const LIST = 'for d in /proc/[0-9]*; do cat "$d/stat" "$d/cmdline" 2>/dev/null; printf "\\036"; done; exit 0';

/** A process of this machine and all that descend from it, itself first. Throws where there is none, or no /proc of Linux. */
export async function readFamily(pid: number, root = '/proc'): Promise<ProcessFacts[]> {
  const pids = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((one) => readOne(path.join(root, one))));
  const family = familyOf(
    pid,
    all.filter((one) => one !== undefined),
  );
  if (family.length === 0) throw new Error(`there is no process ${pid}`);
  return family;
}

/** The first process of a container and all that descend from it: what else was started in it does not belong. Throws where it has no shell. */
export async function listInContainer(docker: Pick<DockerClient, 'exec'>, container: string, signal: AbortSignal): Promise<ProcessFacts[]> {
  const { exitCode, stdout } = await docker.exec(container, ['sh', '-c', LIST], { signal });
  const family = familyOf(
    1,
    stdout
      .toString()
      .split(SEPARATOR)
      .map(parseRecord)
      .filter((one) => one !== undefined),
  );
  if (family.length === 0) throw new Error(`its processes cannot be listed: sh ended with ${exitCode}`);
  return family;
}

async function readOne(folder: string): Promise<ProcessFacts | undefined> {
  try {
    const [stat, cmdline] = await Promise.all(['stat', 'cmdline'].map((name) => readFile(path.join(folder, name), 'utf8')));
    return parseRecord(`${stat}${cmdline}`);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** The text of `stat`, a line, and of `cmdline` behind it. */
function parseRecord(text: string): ProcessFacts | undefined {
  const end = text.indexOf('\n', text.indexOf(') '));
  const stat = text.slice(0, end);
  const pid = Number.parseInt(stat, 10);
  // The name in parentheses may itself hold blanks and parentheses.
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  if (end < 0 || !Number.isInteger(pid) || !Number.isInteger(parent)) return undefined;
  const argv = text.slice(end + 1).split('\0');
  // Each argument is ended by a NUL.
  return { pid, parent, argv: argv.at(-1) === '' ? argv.slice(0, -1) : argv };
}

function familyOf(pid: number, all: readonly ProcessFacts[]): ProcessFacts[] {
  const family = all.filter((one) => one.pid === pid);
  for (const member of family) family.push(...all.filter((one) => one.parent === member.pid && one.pid !== member.pid));
  return family;
}
