import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearer, Tokens } from '../../src/demo/tokens.js';

/** What a test makes the server answer in place of its own answer. */
export interface Refusal {
  status: number;
  headers?: Record<string, string>;
}

/** A target's auth API on loopback, with users in memory and real tokens. */
export interface AuthServer {
  /** ws:// origin. */
  target: string;
  /** E-mail → password and id. */
  users: Map<string, { password: string; id: string }>;
  /** Every request that came: `login a@x`, `register b@x`, `refresh`. */
  requests: string[];
  /** Decides before the server does. */
  refuse: (request: string) => Refusal | undefined;
  /** Whose token it is, if it is good now. */
  ownerOf(token: string | undefined): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function startAuthServer(accessSeconds?: number): Promise<AuthServer> {
  const tokens = new Tokens('a secret of the test', accessSeconds);
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const action = request.url?.split('/').at(-1) ?? '';
    const form = action === 'login' ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    const label = [action, form.username && action === 'login' ? form.username : form.email].filter(Boolean).join(' ');
    api.requests.push(label);
    const refusal = api.refuse(label);
    const [status, answer] = refusal ? [refusal.status, {}] : await act(action, form);
    response.writeHead(status, refusal?.headers).end(JSON.stringify(answer));
  });
  const act = async (action: string, form: Record<string, string>): Promise<[number, object]> => {
    if (action === 'login') {
      const user = api.users.get(form.username ?? '');
      return user?.password === form.password && user ? [200, await tokens.issue(user.id)] : [401, {}];
    }
    if (action === 'register') {
      const { email = '', password = '' } = form;
      if (api.users.has(email)) return [400, {}];
      const id = randomUUID();
      api.users.set(email, { password, id });
      return [201, { user_id: id }];
    }
    const id = await tokens.userOf(form.refresh_token ?? '', 'refresh');
    return id === undefined ? [401, {}] : [200, await tokens.issue(id)];
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: AuthServer = {
    target: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    users: new Map(),
    requests: [],
    refuse: () => undefined,
    ownerOf: (token) => tokens.userOf(bearer(`Bearer ${token}`) ?? '', 'access'),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}
