import { describe, expect, it } from 'vitest';
import check, { judgeCapacity } from '../../checks/identity-capacity.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import type { SecondSocket } from '../../src/preflight/check.js';
import { checkContext } from '../helpers/check-context.js';

const evicts: SecondSocket = { outcome: 'evicts', detail: 'close 1000' };
const both: SecondSocket = { outcome: 'both', detail: 'for 1 s' };
const refused: SecondSocket = { outcome: 'refused', detail: 'http 403' };

describe('identity-capacity', () => {
  it.each([
    [
      1000,
      5,
      3,
      evicts,
      'fail',
      /closes the first \(close 1000\): 5 accounts on 3 replicas hold 15 sockets at most, and the plan has 1000 users$/,
    ],
    [16, 5, 3, evicts, 'fail', /hold 15/],
    [15, 5, 3, evicts, 'pass', /hold 15/],
    [1000, 5, 3, refused, 'fail', /is refused \(http 403\)/],
    [1000, 5, 3, both, 'warn', /two replicas/],
    [1000, 5, 1, both, 'pass', /no limit/],
    [15, 5, 3, both, 'pass', /hold 15/],
  ] as const)('judges %d users, %d accounts, %d replicas and %j', (users, accounts, replicas, second, status, observed) => {
    const result = judgeCapacity({ users, accounts, replicas }, second);
    expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
    expect(result.remedy === undefined).toBe(status === 'pass');
  });

  const accounts = ['a', 'b'].map((name) => ({ email: `${name}@x`, password: 'p' }));
  const plan = (users: number): ConfigLayer => ({ accounts, stages: [{ name: 's', users, spawnRate: 1, untilSeconds: 9 }] });

  it('opens sockets only where accounts are shared', async () => {
    for (const layer of [
      { ...plan(9), identity: 'guests' as const },
      { ...plan(2), identity: 'accounts' as const },
    ]) {
      expect(await check.run(checkContext(layer))).toMatchObject({
        status: 'pass',
        observed: expect.stringContaining('of its own'),
      });
    }
    const shared = checkContext({ ...plan(9), identity: 'accounts' }, { secondSocket: () => Promise.resolve(evicts) });
    expect(await check.run(shared)).toMatchObject({ status: 'fail', expected: expect.stringMatching(/^9 users at a time/) });
  });
});
