import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import check from '../../checks/accounts-login.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A login API that answers by the e-mail: `401@x` gets HTTP 401. */
async function run(emails: string[], layer: ConfigLayer = {}) {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const email = form.get('username') ?? '';
    seen.push(email);
    const status = Number(email.split('@')[0]) || 200;
    response.writeHead(status).end(email.startsWith('mute') ? '{}' : '{"access_token":"t"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  const target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = emails.map((email) => ({ email, password: 'hunter2' }));
  const stages = [{ name: 's', users: 3, spawnRate: 1, untilSeconds: 10 }];
  const result = await check.run(checkContext({ target, identity: 'accounts', accounts, loginsPerSecond: 2, stages, ...layer }));
  expect(JSON.stringify(result)).not.toContain('hunter2');
  return { ...result, seen };
}

describe('accounts-login', () => {
  it('passes when each account logs in', async () => {
    expect(await run(['a@x', 'b@x'])).toMatchObject({
      status: 'pass',
      seen: ['a@x', 'b@x'],
      observed: expect.stringMatching(/^2 of 2 logged in, the slowest in \d+ ms$/),
    });
  });

  it.each([
    ['401@x', /HTTP 401: wrong password, or not registered/, /auth\/register/],
    ['400@x', /inactive/, /activate/],
    ['429@x', /limits logins/, /logins_per_second/],
    ['500@x', /the target failed/, /curl/],
    ['mute@x', /without an access_token/, /curl/],
  ])('tells what the answer to %s means', async (email, observed, remedy) => {
    expect(await run([email])).toMatchObject({
      status: 'fail',
      observed: expect.stringMatching(observed),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('names those that failed among the others', async () => {
    expect((await run(['a@x', '401@x'])).observed).toMatch(/^1 of 2 logged in; 401@x: HTTP 401/);
  });

  it('only warns where the users are guests, who do without accounts', async () => {
    expect(await run(['401@x'], { identity: 'guests' })).toMatchObject({ status: 'warn', observed: expect.stringMatching(/HTTP 401/) });
  });

  it.each(['429@x', '503@x'])('does not go on where %s says that the next would fare no better', async (email) => {
    const { seen, observed } = await run([email, 'b@x', 'c@x']);
    expect(seen).toEqual([email]);
    expect(observed).toMatch(/^0 of 3 logged in; .*; 2 were not tried$/);
  });

  it('goes on after an account that is wrong by itself', async () => {
    expect((await run(['400@x', 'b@x'])).seen).toEqual(['400@x', 'b@x']);
  });

  it('says nothing of whether they are enough', async () => {
    expect(await run(['a@x'], { replicas: 2 })).toMatchObject({ status: 'pass' });
  });
});
