import { readFileSync } from 'node:fs';

/** Whether a process is gone, or only waits for whoever should take note of its end. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
