import type { Check, CheckResult, GeneratorFacts } from '../src/preflight/check.js';

const check: Check = {
  id: 'generator-cpu-memory',
  title: 'This machine has the cores and the memory for the load',
  why: 'A generator that waits for its own CPU measures itself: its latencies are then no evidence against or for the target.',
  needs: ['load'],
  async run({ generator }) {
    return judgeCpuAndMemory(await generator());
  },
};

export default check;

/** Judges what a machine has for so many users. */
export function judgeCpuAndMemory({ users, cores, memoryBytes, lacks }: GeneratorFacts): CheckResult {
  const expected = `two cores or more, one of them for sampling, and memory for ${users} users`;
  const lack = lacks.find(({ what }) => what === 'memory');
  const has = `${cores} ${cores === 1 ? 'core' : 'cores'}`;
  if (lack) {
    const remedy = 'end what takes it (ps aux --sort=-rss | head), take fewer users (--users), or another machine';
    return { status: 'fail', observed: `${has}; ${lack.text}`, expected, remedy };
  }
  const memory =
    memoryBytes === undefined
      ? 'how much memory can be had is not known on this system'
      : `${gibibytes(memoryBytes)} GiB of memory can be had`;
  const observed = `${has}; ${memory}`;
  if (cores < 2) {
    const remedy =
      'use a machine with more cores, or give the container more (docker run --cpus): here the load and its sampling share one';
    return { status: 'warn', observed, expected, remedy };
  }
  if (memoryBytes === undefined) return { status: 'error', observed, expected };
  return { status: 'pass', observed, expected };
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
