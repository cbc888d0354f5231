import { readdir, readFile } from 'node:fs/promises';

/** Ids of all processes that this one started, and of those that they started. */
export async function descendants(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []); // It may have ended meanwhile.
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')));
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** Whether the process runs; one that has ended and was not waited for does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // No file: no process.
  return stat !== '' && !/\) [ZX] /.test(stat);
}
