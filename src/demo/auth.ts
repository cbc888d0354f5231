import { z } from 'zod';
import { failed, type Reply } from './http.js';
import type { Log } from './log.js';
import { bearer, type Tokens } from './tokens.js';
import type { User, Users } from './users.js';

const credentials = z.object({ username: z.string().min(1), password: z.string().min(1) });
const renewal = z.object({ refresh_token: z.string() });
const registration = z.object({
  email: z.email(),
  password: z.string().min(1),
  username: z.string().min(1),
  disability_type: z.enum(['PHY', 'VIS', 'AUD', 'ELD']),
});

/** The target's HTTP routes under /api/v1/auth. */
export class Auth {
  constructor(
    private readonly users: Users,
    private readonly tokens: Tokens,
    /** Called before each login is looked at. */
    private readonly beforeLogin: () => void,
    private readonly log: Log,
    /** Whether no token is renewed: the route answers as one whose service is down. */
    private readonly noRefresh = false,
  ) {}

  /** POST login: form fields `username` (the e-mail) and `password`. */
  async login(body: string): Promise<Reply> {
    const form = credentials.safeParse(Object.fromEntries(new URLSearchParams(body)));
    if (!form.success) return invalid(form.error);
    this.beforeLogin();
    const user = await this.users.authenticate(form.data.username, form.data.password);
    if (user === undefined) return failed(401, '이메일 또는 비밀번호가 올바르지 않습니다');
    if (!user.active) return failed(400, '비활성화된 계정입니다');
    this.log('INFO', `로그인 성공: ${user.id}`);
    return { status: 200, body: await this.tokens.issue(user.id) };
  }

  /** POST refresh: JSON `{refresh_token}`. */
  async refresh(body: string): Promise<Reply> {
    if (this.noRefresh) return failed(503, '서비스를 사용할 수 없습니다');
    const request = renewal.safeParse(json(body));
    if (!request.success) return invalid(request.error);
    const userId = await this.tokens.userOf(request.data.refresh_token, 'refresh');
    const user = userId === undefined ? undefined : await this.users.byId(userId);
    return user === undefined ? failed(401, '유효하지 않은 토큰입니다') : { status: 200, body: await this.tokens.issue(user.id) };
  }

  /** POST register: JSON `{email, password, username, disability_type}`. */
  async register(body: string): Promise<Reply> {
    const request = registration.safeParse(json(body));
    if (!request.success) return invalid(request.error);
    const { email, password, username, disability_type: disabilityType } = request.data;
    const user = await this.users.register({ email, password, username, disabilityType });
    return user === undefined ? failed(400, '이미 등록된 이메일입니다') : { status: 201, body: profile(user) };
  }

  /** GET me, with `Authorization: Bearer`. */
  async me(authorization: string | undefined): Promise<Reply> {
    const userId = await this.tokens.userOf(bearer(authorization) ?? '', 'access');
    const user = userId === undefined ? undefined : await this.users.byId(userId);
    return user === undefined ? failed(401, '인증 정보가 유효하지 않습니다') : { status: 200, body: profile(user) };
  }
}

function profile(user: User): object {
  return { user_id: user.id, email: user.email, username: user.username, disability_type: user.disabilityType, is_active: user.active };
}

/** FastAPI's 422: which field, and what is wrong with it. The values themselves are left out, they may be secrets. */
function invalid(error: z.ZodError): Reply {
  return { status: 422, body: { detail: error.issues.map(({ path, message }) => ({ loc: ['body', ...path], msg: message })) } };
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // No JSON fails the schema as any other wrong shape does.
    return undefined;
  }
}
