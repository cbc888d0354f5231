import { describe, expect, it } from 'vitest';
import { Tokens } from '../../../src/demo/tokens.js';
import { UsageError } from '../../../src/errors.js';
import { Mint, mintedId, mintingSecret } from '../../../src/load/identities/minted.js';

const SECRET = 'the secret of the target';
const NOW = 1_765_000_000_000;

describe('minted identities', () => {
  it('gives the same run the same ids and another run others, all of them UUIDs', () => {
    const ids = Array.from({ length: 200 }, (_, index) => mintedId('run-1', index));
    expect(ids).toEqual(Array.from({ length: 200 }, (_, index) => mintedId('run-1', index)));
    expect(new Set([...ids, ...ids.map((_, index) => mintedId('run-2', index))]).size).toBe(400);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('signs tokens that the target takes for its own until their time is over', async () => {
    const token = await new Mint(SECRET, 60).mint('user-1', NOW);
    const target = new Tokens(SECRET);
    expect(await target.read(token, 'access', NOW + 59_000)).toEqual({ userId: 'user-1' });
    expect(await target.read(token, 'access', NOW + 61_000)).toBe('expired');
    expect(await target.read(token, 'refresh', NOW)).toBe('invalid');
    expect(await new Tokens('another secret').read(token, 'access', NOW)).toBe('invalid');
  });

  it('says which variable the secret is expected in', () => {
    const minting = { secretEnv: 'MY_SECRET', lifetimeSeconds: 60 };
    expect(mintingSecret(minting, { MY_SECRET: SECRET })).toBe(SECRET);
    for (const env of [{}, { MY_SECRET: '' }]) expect(() => mintingSecret(minting, env)).toThrow(UsageError);
    expect(() => mintingSecret(minting, {})).toThrow(/MY_SECRET/);
  });
});
