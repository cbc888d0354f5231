import { describe, expect, it } from 'vitest';
import { readClaims } from '../../src/clients/jwt.js';
import { Tokens } from '../../src/demo/tokens.js';
import { tokenOf } from '../helpers/memory-auth.js';

describe('readClaims', () => {
  it('reads a token of the target without its key', async () => {
    const now = Date.UTC(2026, 0, 1);
    const { access_token: token } = await new Tokens('a secret that is not given on', 300).issue('user-1', now);
    expect(readClaims(token)).toEqual({ sub: 'user-1', exp: now / 1000 + 300 });
  });

  it('tells only what is there', () => {
    expect(readClaims(tokenOf({ iat: 5 }))).toEqual({ iat: 5 });
    expect(readClaims('an-opaque-token')).toBeUndefined();
    expect(readClaims('')).toBeUndefined();
  });
});
