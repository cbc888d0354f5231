import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../../src/commands/live/recent-events.js';

describe('the last events', () => {
  it('are the newest first, and count what happens again', () => {
    const events = new RecentEvents();
    events.add(1, 'bad', 'redis: no connection');
    events.add(2, 'note', 'another');
    events.add(3, 'bad', 'redis: no connection', { count: 2 });
    expect(events.newest(5)).toEqual([
      { t: 3, weight: 'bad', text: 'redis: no connection', count: 3 },
      { t: 2, weight: 'note', text: 'another', count: 1 },
    ]);
    expect(events.newest(1)).toHaveLength(1);
  });

  it('keep only the last text of what has a name', () => {
    const events = new RecentEvents();
    for (const users of [1, 2, 3]) events.add(users, 'note', `+${users} users`, { last: 'users' });
    expect(events.newest(5)).toEqual([{ t: 3, weight: 'note', text: '+3 users', count: 1 }]);
  });

  it('have no control characters, no endless text and no endless number', () => {
    const events = new RecentEvents();
    for (let index = 0; index < 500; index++) events.add(index, 'note', `${index} \u001b[2J\r\n\u202e${'👩'.repeat(10_000)}`);
    expect(events.size).toBe(50);
    const text = events.newest(1)[0]?.text ?? '';
    expect(text.startsWith('499 \\x1b[2J\\x0d\\x0a\\u202e👩')).toBe(true);
    expect(text.length).toBeLessThan(600);
    expect(text.endsWith('👩')).toBe(true);
  });
});
