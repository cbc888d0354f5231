import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the journal takes for each second of load, and for each round of readings, beside those of each backend. */
const JOURNAL = { second: 4 * KIB, readings: 4 * KIB, readingsOfBackend: 2 * KIB };

/** Reports are made of the journal, and are no larger. */
const REPORTS = 2;

/** Configurations and snapshots of before and after. */
const SNAPSHOTS = 8 * MIB;

const check: Check = {
  id: 'evidence-disk',
  title: 'There is room for the evidence',
  why: 'A disk that fills up in the middle of the load ends the run, and with it the journal that would have said why.',
  needs: [],
  async run({ config, out }) {
    const folder = await existing(resolve(out));
    const { bavail, bsize } = await statfs(folder);
    return judgeDisk(bavail * bsize, evidenceBytes(config), folder);
  },
};

export default check;

/** Compares the bytes that are free with those that are needed. */
export function judgeDisk(free: number, needed: number, folder: string): CheckResult {
  const observed = `${inWords(free)} free for ${folder}`;
  const expected = `${inWords(needed)}, which is what this run writes at most`;
  if (free >= needed) return { status: 'pass', observed, expected };
  const remedy = `make room (df -h ${folder}; du -sh evidence/*), write it elsewhere (--out), or keep less of each log (monitoring.log_budget)`;
  return { status: 'fail', observed, expected, remedy };
}

/** What a run of this configuration writes at most. */
export function evidenceBytes({ stages, backends, nginx, monitoring }: Config): number {
  const seconds = stages.at(-1)?.untilSeconds ?? 0;
  const rounds = seconds / monitoring.intervalSeconds;
  const journal = seconds * JOURNAL.second + rounds * (JOURNAL.readings + backends.length * JOURNAL.readingsOfBackend);
  const logs = backends.filter(({ log, logCommand, container }) => log ?? logCommand ?? container).length;
  const nginxLogs = nginx?.errorLog === undefined && nginx?.container === undefined ? 0 : 1;
  return SNAPSHOTS + journal * (1 + REPORTS) + (logs + nginxLogs) * monitoring.logBudgetBytes;
}

/** The folder itself or the nearest one above that is there: in its file system the folder would be made. */
async function existing(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    const above = dirname(folder);
    if (above === folder) throw error;
    return await existing(above);
  }
}

function inWords(bytes: number): string {
  return bytes >= 1024 * MIB ? `${(bytes / 1024 / MIB).toFixed(1)} GiB` : `${Math.ceil(bytes / MIB)} MiB`;
}
