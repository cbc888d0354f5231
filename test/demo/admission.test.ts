import { describe, expect, it } from 'vitest';
import { admit } from '../../src/demo/admission.js';
import { Tokens } from '../../src/demo/tokens.js';

const tokens = new Tokens('only for this test');
const { access_token: token, refresh_token: refresh } = await tokens.issue('u1');
const reason = async (target: string, authorization?: string): Promise<string> => {
  const admission = await admit(target, authorization, tokens);
  return admission.admitted ? 'admitted' : admission.reason;
};

describe('admit', () => {
  it('admits the owner of a token in the query or in the header', async () => {
    expect(await admit(`/api/v1/ws/u1?token=${token}`, undefined, tokens)).toEqual({ admitted: true, userId: 'u1', guest: false });
    expect(await admit('/api/v1/ws/u1', `Bearer ${token}`, tokens)).toEqual({ admitted: true, userId: 'u1', guest: false });
  });

  it('admits guests without a token', async () => {
    expect(await admit('/api/v1/ws/temp_7', undefined, tokens)).toEqual({ admitted: true, userId: 'temp_7', guest: true });
  });

  it('refuses everybody else, each for a reason of their own', async () => {
    expect(await reason('/api/v1/ws/u1')).toContain('토큰 없음');
    expect(await reason('/api/v1/ws/u1?token=x.y.z')).toContain('유효하지 않은 토큰');
    expect(await reason(`/api/v1/ws/u1?token=${refresh}`)).toContain('유효하지 않은 토큰');
    expect(await reason(`/api/v1/ws/loadtest_5?token=${token}`)).toContain('사용자 ID 불일치');
    expect(await reason(`/api/v1/ws/u1?token=${(await tokens.issue('u1', 0)).access_token}`)).toContain('JWT 토큰이 만료되었습니다');
    expect(await reason('/api/v1/other')).toContain('알 수 없는 경로');
    expect(await reason('/api/v1/ws/temp_1/more')).toContain('알 수 없는 경로');
    expect(await reason('/api/v1/ws/temp_%0A')).toContain('알 수 없는 경로');
  });

  it('names no token in the reason', async () => {
    expect(await reason(`/api/v1/ws/loadtest_5?token=${token}`)).not.toContain(token);
  });
});
