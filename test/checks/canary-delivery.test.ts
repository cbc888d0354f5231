import { describe, expect, it } from 'vitest';
import check from '../../checks/canary-delivery.js';
import type { CanaryRound } from '../../src/preflight/check.js';
import { checkContext } from '../helpers/check-context.js';

const GOOD: CanaryRound = { published: 12, arrived: 12, lost: 0, duplicates: 0, lostBy: {}, failures: {}, problems: [] };
const backends = [1, 2].map((n) => ({ name: `app-${n}`, container: `app-${n}` }));

const run = (round: Partial<CanaryRound> | undefined) =>
  check.run(
    checkContext(
      { redis: { url: 'redis://127.0.0.1:6379' }, backends },
      { canaries: () => Promise.resolve(round && { ...GOOD, ...round }) },
    ),
  );

describe('canary-delivery', () => {
  it('passes when each arrives once', async () => {
    expect(await run({})).toMatchObject({ status: 'pass', observed: '12 of 12 canaries arrived' });
  });

  it('fails for a lost one, and says whose it was', async () => {
    const result = await run({ arrived: 8, lost: 4, lostBy: { '127.0.1.1': 4 } });
    expect(result).toMatchObject({ status: 'fail', observed: '8 of 12 canaries arrived; 4 lost (4 for the user from 127.0.1.1)' });
    expect(result.remedy).toContain('docker logs --since 1m app-2');
    expect(result.remedy).not.toContain('canary.envelope');
  });

  it('doubts the envelope where every one is lost', async () => {
    expect(await run({ arrived: 0, lost: 12 })).toMatchObject({ status: 'fail', remedy: expect.stringContaining('canary.envelope') });
  });

  it('fails for one that came twice, and for a Redis that refuses', async () => {
    expect(await run({ duplicates: 2 })).toMatchObject({ status: 'fail', observed: expect.stringContaining('2 arrived more than once') });
    expect(await run({ published: 0, arrived: 0, failures: { 'NOPERM no publish': 12 } })).toMatchObject({
      status: 'fail',
      observed: '0 of 0 canaries arrived; 12 refused: NOPERM no publish',
    });
  });

  it('proves nothing with nobody connected, and less with some', async () => {
    const problems = ['from 127.0.1.9: http 403'];
    expect(await run({ published: 0, arrived: 0, problems })).toMatchObject({ status: 'error', observed: problems[0] });
    expect(await run({ problems })).toMatchObject({ status: 'warn', observed: `12 of 12 canaries arrived; ${problems[0]}` });
  });

  it('is skipped without canaries, and an error where they cannot be sent', async () => {
    expect(await run(undefined)).toMatchObject({ status: 'skip', observed: expect.stringContaining('canary.envelope') });
    const broken = checkContext({}, { canaries: () => Promise.reject(new Error('no token')) });
    expect(await check.run(broken)).toMatchObject({ status: 'error', observed: 'no canary could be sent: no token' });
  });
});
