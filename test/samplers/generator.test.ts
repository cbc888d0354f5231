import { describe, expect, it } from 'vitest';
import { generatorSampler } from '../../src/samplers/generator.js';
import { startSampling, valueIn } from '../helpers/sampling.js';
import { until } from '../helpers/until.js';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('generatorSampler', () => {
  it('sees a blocked event loop and the CPU that it took', async () => {
    const { read, stop } = await startSampling(generatorSampler());
    block(400);
    const readings = await read();
    expect(valueIn(readings, 'generator.event_loop.delay')).toBeGreaterThan(0.35);
    expect(valueIn(readings, 'generator.cpu.utilization')).toBeGreaterThan(0);
    expect(valueIn(readings, 'generator.memory.usage')).toBeGreaterThan(10 * 2 ** 20);
    await stop();
  });

  it('tells each delay once, also one that began right after a reading', async () => {
    const { read, stop } = await startSampling(generatorSampler());
    await read();
    block(600);
    expect(valueIn(await read(), 'generator.event_loop.delay')).toBeGreaterThan(0.5);
    await until('less', async () => (valueIn(await read(), 'generator.event_loop.delay') ?? 1) < 0.5);
    await stop();
  });
});
