import { PerformanceObserver, performance } from 'node:perf_hooks';

/** How finely the event loop is watched. */
const PROBE_MS = 10;

const SECOND_MS = 1_000;

/** How the thread that sends the load fared in one second. A generator that cannot keep up measures itself. */
export interface Health {
  loopDelayMs: number;
  /** Share of the second in which the loop was busy, 0 to 1. */
  utilization: number;
  gcMs: number;
}

/** Watches the thread that it runs in. */
export class HealthMonitor {
  #utilization = performance.eventLoopUtilization();
  #probe: NodeJS.Timeout | undefined;
  #probeDueAt = 0;
  #loopDelayMs = 0;
  #gcMs = 0;
  readonly #gc = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.#gcMs += duration;
  });

  start(): void {
    this.#utilization = performance.eventLoopUtilization();
    this.#gc.observe({ entryTypes: ['gc'] });
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#probe);
    this.#gc.disconnect();
  }

  /** What was seen since the last call. */
  take(): Health {
    // A probe that is overdue by now belongs to this second.
    this.#note();
    const utilization = performance.eventLoopUtilization();
    const { active, idle } = performance.eventLoopUtilization(utilization, this.#utilization);
    const health: Health = {
      loopDelayMs: this.#loopDelayMs,
      // The first and the last record cover a part of a second, and a few busy milliseconds are no busy second.
      utilization: active / Math.max(SECOND_MS, active + idle),
      gcMs: this.#gcMs,
    };
    this.#utilization = utilization;
    this.#loopDelayMs = 0;
    this.#gcMs = 0;
    return health;
  }

  /** By how much a timer is late, so long was the loop blocked. */
  #schedule(): void {
    this.#probeDueAt = performance.now() + PROBE_MS;
    this.#probe = setTimeout(() => {
      this.#note();
      this.#schedule();
    }, PROBE_MS);
  }

  #note(): void {
    this.#loopDelayMs = Math.max(this.#loopDelayMs, performance.now() - this.#probeDueAt);
  }
}
