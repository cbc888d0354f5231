import { describe, expect, it } from 'vitest';
import { fillEnvelope } from '../../src/canary/envelope.js';

const canary = { run: 'r', phase: 'load', seq: 7, sentAt: 1_700_000_000_000.25 };
const values = { user: 'temp_1', canary, time: '2026-01-01T00:00:00.000Z' };

describe('fillEnvelope', () => {
  it('puts user, canary and time where they stand as whole values, however deep', () => {
    const template = {
      target_user_id: '{user}',
      message: { type: 'loadwitness_canary', canary: '{canary}', list: ['{user}', 1, null, true] },
      timestamp: '{time}',
    };
    expect(fillEnvelope(template, values)).toEqual({
      target_user_id: 'temp_1',
      message: { type: 'loadwitness_canary', canary, list: ['temp_1', 1, null, true] },
      timestamp: '2026-01-01T00:00:00.000Z',
    });
    expect(template.target_user_id).toBe('{user}');
  });

  it('leaves keys and texts that only contain a placeholder alone, and keeps a key that looks like a prototype', () => {
    const template = JSON.parse('{"{user}": "for {user}", "__proto__": "{user}"}');
    expect(JSON.stringify(fillEnvelope(template, values))).toBe('{"{user}":"for {user}","__proto__":"temp_1"}');
    expect(fillEnvelope('{user}', values)).toBe('temp_1');
  });
});
