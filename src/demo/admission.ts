import { bearer, type Tokens } from './tokens.js';

/** Whether a WebSocket may be opened. The reason of a refusal is for the log alone: clients see nothing but 403. */
export type Admission = { admitted: true; userId: string; guest: boolean } | { admitted: false; reason: string };

const PATH = /^\/api\/v1\/ws\/([^/?]+)$/;
const USER_ID = /^[\w.@-]{1,128}$/;

/** Decides on one opening handshake by its request target and `Authorization` header. */
export async function admit(target: string, authorization: string | undefined, tokens: Tokens): Promise<Admission> {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const userId = PATH.exec(path)?.[1];
  if (userId === undefined || !USER_ID.test(userId)) return refuse('알 수 없는 경로');
  if (userId.startsWith('temp_')) return { admitted: true, userId, guest: true };
  const token = new URLSearchParams(question < 0 ? '' : target.slice(question)).get('token') ?? bearer(authorization);
  if (!token) return refuse(`토큰 없음: ${userId}`);
  const found = await tokens.read(token, 'access');
  if (found === 'expired') return refuse(`JWT 토큰이 만료되었습니다: ${userId}`);
  if (found === 'invalid') return refuse(`유효하지 않은 토큰: ${userId}`);
  return found.userId === userId ? { admitted: true, userId, guest: false } : refuse(`사용자 ID 불일치: ${userId}`);
}

function refuse(reason: string): Admission {
  return { admitted: false, reason: `WebSocket 인증 실패: ${reason}` };
}
