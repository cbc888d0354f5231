import { describe, expect, it } from 'vitest';
import { LiveMetrics } from '../../src/export/live-metrics.js';
import { prometheusText } from '../../src/export/prometheus-text.js';
import { parseExposition, sampleValue } from '../helpers/exposition.js';
import { healthyRun, LOAD_START, runStart, second, taskSecond } from '../verdict/journal-builder.js';

const textOf = async (metrics: LiveMetrics) => parseExposition(await prometheusText(metrics.families()), 'prometheus');
const sampleAt = (t: number, name: string, value: number, attributes: Record<string, string> = {}) => ({
  type: 'sample' as const,
  t,
  sampler: 's',
  samples: [{ name, value, attributes }],
});

describe('the live metrics', () => {
  it('count what the events of a run count', async () => {
    const metrics = new LiveMetrics();
    for (const event of healthyRun()) metrics.add(event);
    const families = await textOf(metrics);
    expect(sampleValue(families, 'loadwitness_requests_total', { task: 'location_update' })).toBe(80);
    expect(sampleValue(families, 'loadwitness_reply_size_bytes_total', { task: 'start_navigation' })).toBe(20 * 200);
    expect(sampleValue(families, 'loadwitness_pushed_frames_total', { type: 'connected' })).toBe(6);
    expect(sampleValue(families, 'loadwitness_closed_connections_total', { kind: '1000 client' })).toBe(6);
    expect(sampleValue(families, 'loadwitness_users', { state: 'connected' })).toBe(0);
    const [stage] = families.get('loadwitness_current_stage')?.samples ?? [];
    expect(stage?.labels).toEqual({ stage: 'ramp' });
  });

  it('have the latencies of each task as a histogram in seconds', async () => {
    const metrics = new LiveMetrics();
    metrics.add(second(0, { tasks: { connect: taskSecond([1000, 2, 1001, 1, 250_000, 4, 40_000_000, 1]) } }));
    const families = await textOf(metrics);
    const of = (le: string) => sampleValue(families, 'loadwitness_request_duration_seconds_bucket', { task: 'connect', le });
    expect(['0.001', '0.0025', '0.2', '0.3', '30', '+Inf'].map(of)).toEqual([2, 3, 3, 7, 7, 8]);
    expect(sampleValue(families, 'loadwitness_request_duration_seconds_count', { task: 'connect' })).toBe(8);
    expect(sampleValue(families, 'loadwitness_request_duration_seconds_sum', { task: 'connect' })).toBe(41.003001);
  });

  it('add up the users of all workers, and show the worst of their health', async () => {
    const metrics = new LiveMetrics();
    const generator = { loopDelayMs: 20, utilization: 0.5, gcMs: 0, lagMs: 3 };
    metrics.add(second(0, { worker: 0, generator }));
    metrics.add(second(0, { worker: 1 }));
    const families = await textOf(metrics);
    expect(sampleValue(families, 'loadwitness_users', { state: 'active' })).toBe(12);
    expect(sampleValue(families, 'loadwitness_worker_event_loop_delay_seconds')).toBe(0.02);
    expect(sampleValue(families, 'loadwitness_worker_utilization_ratio')).toBe(0.5);
  });

  it('have the names of the table of metrics with the units of Prometheus', async () => {
    const metrics = new LiveMetrics();
    metrics.add(sampleAt(1, 'redis.memory.used', 5));
    metrics.add(sampleAt(1, 'redis.keys.evicted', 7));
    metrics.add(sampleAt(1, 'redis.net.input', 9));
    metrics.add(sampleAt(1, 'container.cpu.utilization', 0.5, { backend: 'a', 'net.peer': 'b"\n' }));
    const families = await textOf(metrics);
    expect(families.get('redis_memory_used_bytes')?.type).toBe('gauge');
    expect(families.get('redis_keys_evicted_total')?.type).toBe('counter');
    expect(sampleValue(families, 'redis_net_input_bytes_total')).toBe(9);
    expect(sampleValue(families, 'container_cpu_utilization_ratio', { backend: 'a', net_peer: 'b"\n' })).toBe(0.5);
  });

  it('never go back, also when the source of a counter was restarted', async () => {
    const metrics = new LiveMetrics();
    const seen: (number | undefined)[] = [];
    for (const value of [100, 150, 10, 30]) {
      metrics.add(sampleAt(1, 'redis.commands.processed', value));
      seen.push(sampleValue(await textOf(metrics), 'redis_commands_processed_total'));
    }
    expect(seen).toEqual([100, 150, 160, 180]);
  });

  it('leave out a level that nobody has read for a while: a gap is no value', async () => {
    const metrics = new LiveMetrics();
    metrics.add(runStart());
    metrics.add(sampleAt(LOAD_START, 'redis.clients.connected', 5));
    metrics.add(sampleAt(LOAD_START + 29_000, 'redis.clients.blocked', 1));
    expect((await textOf(metrics)).has('redis_clients_connected')).toBe(true);
    metrics.add(sampleAt(LOAD_START + 31_000, 'redis.clients.blocked', 1));
    expect((await textOf(metrics)).has('redis_clients_connected')).toBe(false);
  });

  it('are bounded, whatever the target says', async () => {
    const metrics = new LiveMetrics();
    for (let index = 0; index < 3000; index++) {
      metrics.add(second(index, { tasks: { connect: taskSecond([5, 1], { failures: { [`error ${index}`]: 1 } }) } }));
    }
    const samples = (await textOf(metrics)).get('loadwitness_failures_total')?.samples ?? [];
    expect(samples.length).toBe(1001);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(3000);
    expect(samples.at(-1)).toMatchObject({ labels: { task: 'other', kind: 'other' }, value: 2000 });
  });
});
