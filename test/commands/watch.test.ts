import { afterEach, describe, expect, it, vi } from 'vitest';
import { noLoad } from '../../src/commands/watch.js';
import { withoutOwnLoad } from '../../src/commands/without-own-load.js';
import { loadConfig } from '../../src/config/load.js';
import { driveContext } from '../helpers/drive-context.js';

afterEach(() => void vi.useRealTimers());

describe('noLoad', () => {
  it('marks a window as long as was asked for', async () => {
    const { ctx, events } = driveContext();
    const begin = performance.now();
    expect(await noLoad(0.2).run(ctx)).toBe('completed');
    // Timers may be a millisecond early, by another clock.
    expect(performance.now() - begin).toBeGreaterThan(190);
    expect(events).toEqual([{ type: 'load.start' }, { type: 'load.end', reason: 'completed' }]);
  });

  it('says every minute how far it is, and ends when somebody wants it to', async () => {
    vi.useFakeTimers();
    const { ctx, events, lines, stop } = driveContext();
    const reason = noLoad(5400).run({ ...ctx, io: { ...ctx.io, isTerminal: false } });
    await vi.advanceTimersByTimeAsync(121_000);
    stop();
    expect(await reason).toBe('stopped');
    expect(events).toEqual([{ type: 'load.start' }, { type: 'load.end', reason: 'stopped' }]);
    expect(lines).toEqual(['watching: 01:00 of 90:00', 'watching: 02:00 of 90:00']);
  });

  it('says nothing on a terminal, where the live view shows the time', async () => {
    vi.useFakeTimers();
    const { ctx, lines, stop } = driveContext();
    const reason = noLoad(5400).run(ctx);
    await vi.advanceTimersByTimeAsync(121_000);
    stop();
    await reason;
    expect(lines).toEqual([]);
  });

  it('does not begin to wait when the run is over already', async () => {
    const { ctx, events, stop } = driveContext();
    stop();
    expect(await noLoad(5400).run(ctx)).toBe('stopped');
    expect(events.at(-1)).toEqual({ type: 'load.end', reason: 'stopped' });
  });
});

describe('withoutOwnLoad', () => {
  it('leaves out what only our own users make possible', () => {
    const base = { redis: { url: 'redis://127.0.0.1' } };
    const { config } = loadConfig({ flags: { target: 'ws://h', abort: true }, env: {}, base });
    expect(config).toHaveProperty('canary');
    const other = withoutOwnLoad(config);
    expect(other.config).not.toHaveProperty('canary');
    expect(other.config).not.toHaveProperty('abort');
    expect(other.config.redis).toEqual(config.redis);
    expect(other.notices).toEqual(['abort has no effect: the load is not sent from here']);
  });
});
