import { describe, expect, it } from 'vitest';
import check from '../../checks/task-round-trips.js';
import type { RoundTrip } from '../../src/preflight/check.js';
import { checkContext } from '../helpers/check-context.js';

const start: RoundTrip = { task: 'start_navigation', ok: true, latencyMs: 21.04, detail: 'route_calculated' };
const update: RoundTrip = { task: 'location_update', ok: true, latencyMs: 1, detail: 'navigation_update' };

const run = (trips: RoundTrip[] | Error) =>
  check.run(checkContext({}, { roundTrips: () => (trips instanceof Error ? Promise.reject(trips) : Promise.resolve(trips)) }));

describe('task-round-trips', () => {
  it('shows each reply with its latency', async () => {
    expect(await run([start, update])).toMatchObject({
      status: 'pass',
      observed: 'start_navigation route_calculated in 21.0 ms; location_update navigation_update in 1.0 ms',
    });
  });

  it('warns of a reply that is slower than its criterion', async () => {
    expect(await run([start, { ...update, latencyMs: 301 }])).toMatchObject({
      status: 'warn',
      remedy: expect.stringContaining('location_update 300 ms'),
    });
  });

  it('fails when a task failed or was not tried', async () => {
    const failed = await run([{ ...start, ok: false, detail: 'timeout' }]);
    expect(failed).toMatchObject({ status: 'fail', remedy: expect.stringContaining('nothing comes back') });
    expect(failed.observed).toContain('location_update was not tried');
    expect(await run([start])).toMatchObject({ status: 'fail' });
  });

  it.each([
    ['http 403', /temp_….*연결 거부/],
    ['http 404', /nginx pass/],
    ['http 426', /Upgrade/],
    ['http 502', /no backend/],
    ['timeout', /worker_connections/],
    ['generator EADDRNOTAVAIL', /source_addresses/],
    ['connect ECONNRESET', /wscat/],
  ])('explains %s', async (kind, remedy) => {
    expect(await run(new Error(kind))).toMatchObject({
      status: 'fail',
      observed: `no WebSocket: ${kind}`,
      remedy: expect.stringMatching(remedy),
    });
  });
});
