import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { HealthMonitor } from '../../src/load/health.js';

let monitor: HealthMonitor;
afterEach(() => monitor.stop());

function beBusy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('HealthMonitor', () => {
  it('takes a few busy milliseconds for a small share of a second, not for a busy one', async () => {
    monitor = new HealthMonitor();
    monitor.start();
    await sleep(1);
    monitor.take();
    const since = performance.now();
    beBusy(20);
    const { utilization } = monitor.take();
    expect(utilization).toBeGreaterThan(0.01);
    expect(utilization).toBeLessThanOrEqual((performance.now() - since) / 1000);
  });

  it('tells a second that was busy throughout, and for how long the loop was blocked', async () => {
    monitor = new HealthMonitor();
    monitor.start();
    await sleep(1);
    monitor.take();
    beBusy(1_100);
    const { utilization, loopDelayMs } = monitor.take();
    expect(utilization).toBeGreaterThan(0.9);
    expect(loopDelayMs).toBeGreaterThan(1_000);
  });
});
