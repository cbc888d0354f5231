import { readdirSync, readFileSync } from 'node:fs';

/** What a process and everything that it has started have used so far. */
export interface TreeUsage {
  cpuSeconds: number;
  rssBytes: number;
  /** The most that each had resident at any time, added up. */
  peakRssBytes: number;
}

/** USER_HZ: 100 for user space on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Reads /proc, so Linux only. CPU of children that have ended is in it, too. */
export function readTree(root: number): TreeUsage {
  const stats = new Map<number, string[]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const text = read(`/proc/${pid}/stat`);
    // The name of the command stands in parentheses and may hold blanks; the fields are counted from the state behind it, the third.
    if (text !== undefined) stats.set(Number(pid), text.slice(text.lastIndexOf(')') + 2).split(' '));
  }
  const usage: TreeUsage = { cpuSeconds: 0, rssBytes: 0, peakRssBytes: 0 };
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const parent = pid;
    const fields = stats.get(pid);
    if (!fields) continue;
    // utime, stime, cutime and cstime of proc(5).
    const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
    usage.cpuSeconds += ticks / TICKS_PER_SECOND;
    const status = read(`/proc/${pid}/status`) ?? '';
    usage.rssBytes += kilobytes(status, 'VmRSS');
    usage.peakRssBytes += kilobytes(status, 'VmHWM');
    for (const [child, [, ppid]] of stats) if (Number(ppid) === parent) pending.push(child);
  }
  return usage;
}

const kilobytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // The process has ended meanwhile.
  }
}
