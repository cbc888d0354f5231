import { describe, expect, it } from 'vitest';
import { followKeys } from '../../src/commands/keys.js';

describe('followKeys', () => {
  it("adds and takes users with Locust's keys, and says how many there are against the plan", () => {
    let press: (key: string) => void = () => {};
    let released = false;
    const said: string[] = [];
    let sum = 0;
    const release = followKeys(
      {
        adjust(users) {
          sum += users;
          return sum;
        },
      },
      {
        keys(listener) {
          press = listener;
          return () => {
            released = true;
          };
        },
        say: (line) => said.push(line),
      },
    );
    for (const key of ['w', 'W', 'x', 's', 'S', 'S']) press(key);
    expect(said).toEqual(['+1', '+11', '+10', '+0', '-10'].map((users) => `${users} users against the plan`));
    release();
    expect(released).toBe(true);
  });
});
