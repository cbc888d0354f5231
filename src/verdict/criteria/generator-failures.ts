import type { TaskCounts } from '../accumulate/counts.js';
import { counted } from '../format.js';

/**
 * Requests that failed for want of something on the generator's own machine (descriptors, ports), which say nothing of the target.
 *
 * @returns How many, and what that means for a criterion; null when there are none.
 */
export function generatorFailures(tasks: readonly TaskCounts[]): { count: number; text: string } | null {
  const kinds = new Map<string, number>();
  for (const task of tasks) {
    for (const [kind, count] of Object.entries(task.generatorFailures.toRecord())) {
      if (count > 0) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
    }
  }
  if (kinds.size === 0) return null;
  const count = [...kinds.values()].reduce((sum, one) => sum + one, 0);
  const list = [...kinds].map(([kind, of]) => `${kind} ${of}`).join(', ');
  return { count, text: `${counted(count, 'connect')} failed on the load generator's own machine and never reached the target (${list})` };
}
