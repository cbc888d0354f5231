import { describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/replicas-restarts.js';
import { checkContext } from '../helpers/check-context.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const up = (minutes: number, restarts?: number) => ({
  name: `up-${minutes}`,
  startedAt: NOW - minutes * 60_000,
  ...(restarts !== undefined && { restarts }),
});

describe('replicas-restarts', () => {
  it.each([
    ['old ones', [up(3000, 0), up(3001, 0)], 'pass'],
    ['all started together just now', [up(0, 0), up(1, 0)], 'pass'],
    ['one started by itself just now', [up(3, 0), up(300, 0)], 'warn'],
    ['one started by itself an hour ago', [up(60, 0), up(300, 0)], 'pass'],
    ['one that Docker started again', [up(300, 2), up(300, 0)], 'warn'],
    ['a process started by itself just now', [up(3), up(300)], 'warn'],
  ])('%s', (_, starts, status) => {
    expect(judge(starts, { now: NOW, docker: 'docker' })).toMatchObject({ status });
  });

  it('shows the numbers and the commands', () => {
    const { observed, remedy } = judge([up(3, 2), up(300, 0)], { now: NOW, docker: 'docker' });
    expect(observed).toBe('up-3: up for 3 min, restarted 2 times; up-300: up for 5 h, restarted 0 times');
    expect(remedy).toContain('docker logs --tail 200 up-3');
    expect(remedy).toContain('docker restart up-3 up-300');
    expect(judge([up(3), up(300)], { now: NOW, docker: undefined }).remedy).not.toContain('docker');
  });

  it.runIf(process.platform === 'linux')('reads when a process began', async () => {
    const result = await check.run(checkContext({ backends: [{ name: 'me', pid: process.pid }] }));
    expect(result).toMatchObject({ status: 'pass', observed: expect.stringMatching(/^me: up for \d+ (s|min)$/) });
  });
});
