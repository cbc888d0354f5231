import { describe, expect, it } from 'vitest';
import { isSecretKey, maskUrls, secretsOf } from '../../src/config/secrets.js';

describe('isSecretKey', () => {
  it.each(['password', 'PASSWORD', 'db_passwd', 'access_token', 'jwtSecret', 'api_key', 'JWT_SECRET_KEY', 'credentials'])(
    'knows %s',
    (key) => {
      expect(isSecretKey(key)).toBe(true);
    },
  );

  it.each(['jwt_token_expired', 'ACCESS_TOKEN_EXPIRE_MINUTES', 'key', 'compass', 'tokens_per_second'])('lets %s be', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});

describe('maskUrls', () => {
  it.each([
    ['redis://:hunter2@h:6379/0', 'redis://:<redacted>@h:6379/0'],
    ['redis://user:hun@ter2@h', 'redis://user:<redacted>@h'],
    ['ws://h/ws/1?token=hunter2&x=1', 'ws://h/ws/1?token=<redacted>&x=1'],
    ['redis://h:6379', 'redis://h:6379'],
  ])('shows %s as %s', (text, shown) => {
    expect(maskUrls(text)).toBe(shown);
  });
});

describe('secretsOf', () => {
  it('finds them under their keys, in lists and in URLs, as written and decoded', () => {
    const tree = { accounts: [{ email: 'a@b.c', password: 'one' }], tokens: ['two'], url: 'redis://u:thr%65e@h', empty: { secret: '' } };
    expect(secretsOf(tree).sort()).toEqual(['one', 'thr%65e', 'three', 'two']);
  });
});
