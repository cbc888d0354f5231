import { describe, expect, it } from 'vitest';
import { noteOfEvent } from '../../src/samplers/container-events.js';

describe('noteOfEvent', () => {
  const event = { time: 1, id: 'a'.repeat(64), name: 'x', attributes: {} };

  it('leaves out what the watchers do themselves', () => {
    for (const action of ['exec_create: cat /proc/net/tcp', 'exec_start: cat', 'exec_die', 'attach', 'create', 'top']) {
      expect(noteOfEvent({ ...event, action }, 'one')).toBeUndefined();
    }
  });

  it('says how a process ended', () => {
    expect(noteOfEvent({ ...event, action: 'die', attributes: { exitCode: '137' } }, 'one')).toEqual({
      component: 'one',
      what: 'die',
      detail: 'exit code 137, container aaaaaaaaaaaa',
      sourceTime: 1,
    });
  });

  it('names health by what it is now', () => {
    expect(noteOfEvent({ ...event, action: 'health_status: unhealthy' }, 'one')?.what).toBe('unhealthy');
  });
});
