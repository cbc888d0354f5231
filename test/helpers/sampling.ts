import type { ClockReading, Note, Reading, Sampler, SamplerContext } from '../../src/samplers/sampler.js';

const { signal } = new AbortController();

/** What a sampler told beside its readings. */
export interface Told {
  problems: string[];
  notes: Note[];
  clocks: ClockReading[];
  examples: { backend: string; pattern: string; line: string }[];
}

/** A context that collects what is told. */
export function samplerContext(): { ctx: SamplerContext; told: Told } {
  const told: Told = { problems: [], notes: [], clocks: [], examples: [] };
  const ctx: SamplerContext = {
    signal,
    problem: (message) => void told.problems.push(message),
    note: (note) => void told.notes.push(note),
    clock: (reading) => void told.clocks.push(reading),
    example: (example) => void told.examples.push(example),
  };
  return { ctx, told };
}

/** Starts a sampler and reads it by hand; what it tells is collected. */
export async function startSampling(
  sampler: Sampler,
): Promise<Told & { ctx: SamplerContext; read(): Promise<Reading[]>; stop(): Promise<void> }> {
  const { ctx, told } = samplerContext();
  await sampler.start?.(ctx);
  return {
    ...told,
    ctx,
    read: () => sampler.sample(ctx),
    stop: async () => sampler.stop?.(),
  };
}

/** The value of a reading, by its name and attributes; undefined when there is none. */
export function valueIn(readings: readonly Reading[], name: Reading['name'], attributes: Record<string, string> = {}): number | undefined {
  return readings.find((one) => one.name === name && Object.entries(attributes).every(([key, value]) => one.attributes?.[key] === value))
    ?.value;
}
