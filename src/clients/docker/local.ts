import { readFile } from 'node:fs/promises';

/**
 * Whether /proc/<pid> of this machine is the first process of this container. The same number is another process where the Engine runs in a
 * virtual machine, on another host behind a forwarded socket, or outside the container that this program runs in; so the process must name
 * the container's id, in its cgroup or in the files that the Engine mounts for it.
 */
export async function runsHere({ id, pid }: { id: string; pid: number }): Promise<boolean> {
  if (process.platform !== 'linux' || pid <= 0) return false;
  const texts = await Promise.all(['cgroup', 'mountinfo'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
  // A file that cannot be read proves nothing, which is the answer.
  return texts.some((text) => text.includes(id));
}
