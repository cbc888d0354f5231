import { describe, expect, it } from 'vitest';
import { followKeys } from '../../src/commands/keys.js';

describe('followKeys', () => {
  it("adds and takes users with Locust's keys, and gives the keyboard back", () => {
    let press: (key: string) => void = () => {};
    let released = false;
    const asked: number[] = [];
    const release = followKeys(
      {
        adjust(users) {
          asked.push(users);
          return users;
        },
      },
      {
        keys(listener) {
          press = listener;
          return () => {
            released = true;
          };
        },
      },
    );
    for (const key of ['w', 'W', 'x', 's', 'S', 'S']) press(key);
    expect(asked).toEqual([1, 10, -1, -10, -10]);
    release();
    expect(released).toBe(true);
  });
});
