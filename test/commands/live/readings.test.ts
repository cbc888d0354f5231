import { describe, expect, it } from 'vitest';
import { Readings } from '../../../src/commands/live/readings.js';
import type { JournalEvent, Sample } from '../../../src/journal/event.js';

const sample = (t: number, samples: Sample[], intervalMs?: number): Extract<JournalEvent, { type: 'sample' }> => ({
  type: 'sample',
  t,
  sampler: 'test',
  samples,
  ...(intervalMs !== undefined && { intervalMs }),
});
const CPU = 'container.cpu.utilization';

describe('the readings of the samplers', () => {
  it('stand for the present until three in a row are missing', () => {
    const readings = new Readings();
    readings.add(sample(0, [{ name: 'redis.memory.used', value: 5 }]), 2_000);
    readings.add(sample(0, [{ name: 'redis.clients.connected', value: 5 }], 60_000), 2_000);
    expect(readings.get('redis.memory.used', {}, 10_000)).toBe(5);
    expect(readings.get('redis.memory.used', {}, 10_001)).toBeUndefined();
    expect(readings.get('redis.clients.connected', {}, 180_000)).toBe(5);
  });

  it('go on with the container that takes the place of another', () => {
    const readings = new Readings();
    for (const [index, container] of ['aaa', 'bbb'].entries()) {
      readings.add(sample(index, [{ name: CPU, value: index, attributes: { backend: 'b', container } }]), 1_000);
    }
    expect(readings.get(CPU, { backend: 'b' }, 10)).toBe(1);
    expect(readings.first(['process.cpu.utilization', CPU], { backend: 'b' }, 10)).toBe(1);
    expect(readings.first([CPU], { backend: 'c' }, 10)).toBeUndefined();
  });
});
