import type { Reading, Sampler } from '../../src/samplers/sampler.js';

const { signal } = new AbortController();

/** Starts a sampler and reads it by hand; problems are collected. */
export async function startSampling(sampler: Sampler): Promise<{ read(): Promise<Reading[]>; problems: string[]; stop(): Promise<void> }> {
  const problems: string[] = [];
  const ctx = { signal, problem: (message: string) => problems.push(message) };
  await sampler.start?.(ctx);
  return {
    problems,
    read: () => sampler.sample(ctx),
    stop: async () => sampler.stop?.(),
  };
}

/** The value of a reading, by its name and attributes; undefined when there is none. */
export function valueIn(readings: readonly Reading[], name: Reading['name'], attributes: Record<string, string> = {}): number | undefined {
  return readings.find((one) => one.name === name && Object.entries(attributes).every(([key, value]) => one.attributes?.[key] === value))
    ?.value;
}
