import { cpuRate } from './cpu-rate.js';
import type { Reading, Sampler } from './sampler.js';

/** How often the event loop is probed, in ms. */
const PROBE_MS = 10;

/** This process itself: CPU of all its threads, memory, and how long the event loop of the calling thread was blocked. */
export function generatorSampler(): Sampler {
  const cpu = cpuRate();
  let delay: DelayProbe | undefined;
  return {
    id: 'generator',
    async start() {
      delay ??= probeDelay();
      cpu.next(cpuSeconds());
    },
    async sample() {
      const utilization = cpu.next(cpuSeconds());
      const readings: Reading[] = [{ name: 'generator.memory.usage', value: process.memoryUsage.rss() }];
      if (utilization !== undefined) readings.push({ name: 'generator.cpu.utilization', value: utilization });
      if (delay !== undefined) readings.push({ name: 'generator.event_loop.delay', value: delay.takeLongest() / 1000 });
      return readings;
    },
    async stop() {
      delay?.stop();
    },
  };
}

interface DelayProbe {
  /** Longest delay since the last call, in ms; also of one that has only just ended. */
  takeLongest(): number;
  stop(): void;
}

/**
 * A timer that measures how late it is. monitorEventLoopDelay of node:perf_hooks would do, but its reset() also forgets when it last ran:
 * a block that begins just after a reading is never seen, and so none that lasts over a whole interval.
 */
function probeDelay(): DelayProbe {
  let last = performance.now();
  let longest = 0;
  const probe = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - PROBE_MS);
    last = now;
  };
  const timer = setInterval(probe, PROBE_MS).unref();
  return {
    takeLongest() {
      probe();
      const taken = longest;
      longest = 0;
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
