import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ToPage } from '../../src/dashboard/protocol.js';
import { Refusal } from '../../src/dashboard/run-control.js';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.js';
import { applyPatch } from '../../src/report/view/live/patch.js';
import type { PageModel } from '../../src/report/view/model.js';
import { until } from '../helpers/until.js';
import { healthyRun } from '../verdict/journal-builder.js';
import { makeRunsFolder, type RunsFolder, ScriptedControl } from './journal-writing.js';

const TOKEN = 'a-token-that-is-long-enough';
const ID = '20260131T120000Z-abcd';

let folder: RunsFolder;
let control: ScriptedControl;
let dashboard: Dashboard;
const sockets: WebSocket[] = [];

async function serve(token?: string): Promise<void> {
  dashboard = await serveDashboard({
    ...{ address: { host: '127.0.0.1', port: 0 }, option: '--listen', token, out: folder.out, control, language: 'en' },
    form: { target: 'ws://127.0.0.1:8080', otherTargets: true, stages: '20@5:60s', identity: 'guests', identities: ['guests'] },
    current: () => undefined,
  });
}

beforeEach(async () => {
  folder = await makeRunsFolder();
  control = new ScriptedControl();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await dashboard.close();
  await folder.remove();
});

const host = (): string => `127.0.0.1:${dashboard.address.port}`;

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** Asks by the path as it is: nothing of it is made shorter on the way. */
async function ask(path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  const { port } = dashboard.address;
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: host(), ...headers } });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(path, {
    method: 'POST',
    headers: { origin: `http://${host()}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The status with which a WebSocket is refused; 101 when it is not. */
async function upgradeStatus(headers: Record<string, string>, path = `/api/live?run=${ID}`): Promise<number> {
  const socket = new WebSocket(`ws://${host()}${path}`, { headers });
  sockets.push(socket);
  return await new Promise((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0));
    socket.on('error', () => {});
  });
}

interface Page {
  socket: WebSocket;
  messages: ToPage[];
  model: PageModel | undefined;
}

/** What a page does: keeps the model that it is told. */
function look(id = ID): Page {
  const socket = new WebSocket(`ws://${host()}/api/live?run=${id}`, { headers: { origin: `http://${host()}` } });
  sockets.push(socket);
  const page: Page = { socket, messages: [], model: undefined };
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ToPage;
    page.messages.push(message);
    if (message.type === 'model') page.model = message.model;
    else if (message.type === 'batch') page.model = applyPatch(page.model as PageModel, message.patch);
  });
  return page;
}

describe('who may ask', () => {
  it('nobody may without the token, for nothing', async () => {
    await folder.write(ID, healthyRun());
    await serve(TOKEN);
    for (const path of ['/', '/page.js', '/api/runs', `/api/runs/${ID}`, `/api/runs/${ID}/report.html`, '/nothing']) {
      expect((await ask(path)).status, path).toBe(401);
      expect((await ask(path, { headers: { authorization: 'Bearer wrong' } })).status, path).not.toBe(200);
    }
    expect((await post('/api/runs', { preflight: true })).status).toBe(401);
    expect(await upgradeStatus({ origin: `http://${host()}` })).toBe(401);
    expect((await ask('/api/runs', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    expect(await upgradeStatus({ origin: `http://${host()}`, authorization: `Bearer ${TOKEN}` })).toBe(101);
  });

  it('whoever comes by the link may, and its token stays in no address', async () => {
    await folder.write(ID, healthyRun());
    await serve(TOKEN);
    expect(dashboard.link).toBe(`http://${host()}/?token=${TOKEN}`);
    const entered = await ask(`/runs/${ID}?token=${TOKEN}`);
    expect(entered.status).toBe(200);
    expect(entered.text).toContain(`content="0;url=/runs/${ID}"`);
    expect(entered.text).not.toContain(TOKEN);
    const cookie = String(entered.headers['set-cookie']?.[0]).split(';')[0] as string;
    expect((await ask('/api/runs', { headers: { cookie } })).status).toBe(200);
    expect(await upgradeStatus({ origin: `http://${host()}`, cookie })).toBe(101);
    expect((await ask(`//evil.example/?token=${TOKEN}`)).text).toContain('content="0;url=/"');
  });

  it('a page of another origin may change nothing and follow nothing', async () => {
    await folder.write(ID, healthyRun());
    await serve();
    expect((await post('/api/runs', { preflight: true }, { origin: 'http://evil.example' })).status).toBe(403);
    expect(await upgradeStatus({ origin: 'http://evil.example' })).toBe(403);
    expect(await upgradeStatus({})).toBe(403);
    expect(await upgradeStatus({ origin: `http://${host()}` })).toBe(101);
  });

  it('nobody may by a name that somebody else leads here', async () => {
    await folder.write(ID, healthyRun());
    await serve();
    const foreign = { host: `evil.example:${dashboard.address.port}`, origin: `http://evil.example:${dashboard.address.port}` };
    expect((await ask('/', { headers: foreign })).status).toBe(403);
    expect((await ask('/api/runs', { headers: foreign })).status).toBe(403);
    expect((await post('/api/runs', { preflight: true }, foreign)).status).toBe(403);
    expect(await upgradeStatus(foreign)).toBe(403);
  });

  it('every answer says that nobody else may show, embed or guess it', async () => {
    await serve();
    for (const answer of [
      await ask('/'),
      await ask('/api/runs'),
      await ask('/nothing'),
      await ask('/', { headers: { host: 'evil.example' } }),
    ]) {
      expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('an address that others reach is not served without a token', async () => {
    await serve();
    const address = { host: '0.0.0.0', port: 0 };
    const open = serveDashboard({
      ...{ address, option: '--listen', token: undefined, out: folder.out, control, language: 'en', form: null },
      current: () => undefined,
    });
    await expect(open).rejects.toThrow(/can be reached by others: a token is needed/);
  });

  it('an address that is taken is a mistake in the option', async () => {
    await serve();
    const again = serveDashboard({
      ...{ address: dashboard.address, option: '--listen', token: undefined, out: folder.out, control, language: 'en', form: null },
      current: () => undefined,
    });
    await expect(again).rejects.toThrow(/^--listen: cannot listen on 127\.0\.0\.1:\d+: somebody else listens there/);
  });
});

describe('what is asked for', () => {
  it('is started as it was asked for, when it can be', async () => {
    await serve();
    const started: unknown[] = [];
    control.start = async (run) => {
      started.push(run);
      if (run.users === 7) throw new Refusal('no', { users: 'too few' });
      return ID;
    };
    const plan = { users: 20, spawnRate: 5, duration: 60, preflight: false };
    expect(await post('/api/runs', plan)).toMatchObject({ status: 201, text: JSON.stringify({ id: ID }) });
    expect(started).toEqual([plan]);
    expect(await post('/api/runs', { ...plan, users: 7 })).toMatchObject({
      status: 409,
      text: '{"message":"no","issues":{"users":"too few"}}',
    });
  });

  it.each([
    [{ preflight: true, config: '/etc/passwd' }, /Unrecognized key.*config/],
    [{ preflight: true, users: -1 }, /users/],
    [{ preflight: true, users: 1, stages: '1@1:1s' }, /give one of/],
    [{ preflight: true, spawnRate: 1 }, /go with users/],
    [{ preflight: true, target: 'http://x' }, /target/],
    [{ preflight: true, target: 'ws://x --config=/etc/passwd' }, /target/],
    [{ preflight: true, identity: '--out' }, /identity/],
    [{}, /preflight/],
    ['{', /expected object/],
  ])('is refused when it is %o', async (body, message) => {
    await serve();
    control.start = async () => ID;
    const answer = await post('/api/runs', body);
    expect(answer.status).toBe(400);
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(message);
  });

  it('is JSON, and not much', async () => {
    await serve();
    control.start = async () => ID;
    expect((await post('/api/runs', { preflight: true }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('/api/runs', { preflight: true, target: `ws://${'x'.repeat(100_000)}` })).status).toBe(413);
  });

  it('reaches the run that is meant, and no other', async () => {
    await folder.write(ID, healthyRun());
    await serve();
    control.standings.set(ID, { controllable: true, stopping: false, exitCode: null, said: [] });
    const command = { type: 'users', users: 40, spawnRate: 10 };
    expect((await post(`/api/runs/${ID}/command`, command)).status).toBe(204);
    expect((await post(`/api/runs/${ID}/command`, { type: 'stop' })).status).toBe(204);
    expect((await post(`/api/runs/${ID}/command`, { type: 'explode' })).status).toBe(400);
    expect((await post('/api/runs/other/command', { type: 'stop' })).status).toBe(404);
    expect(control.commands).toEqual([
      { id: ID, command },
      { id: ID, command: { type: 'stop' } },
    ]);
  });

  it('of the runs there are is told, newest first', async () => {
    await folder.write(ID, healthyRun());
    await folder.make('no-run');
    await folder.write(
      '20260131T130000Z-beef',
      healthyRun()
        .slice(0, 20)
        .map((event) => ({ ...event, t: event.t + 3_600_000 })),
    );
    control.underWay.add('20260131T130000Z-beef');
    await writeFile(join(folder.out, ID, 'verdict.json'), '{"verdict":"FAIL"}');
    await serve();
    expect(JSON.parse((await ask('/api/runs')).text)).toMatchObject([
      { id: '20260131T130000Z-beef', running: true, verdict: null },
      { id: ID, running: false, verdict: 'FAIL' },
    ]);
    expect((await ask(`/runs/${ID}`)).text).toContain(`"run":"${ID}"`);
    expect((await ask('/runs/no-run')).status).toBe(404);
    expect((await ask('/runs/..%2f..')).status).toBe(404);
  });
});

describe('files of a run', () => {
  beforeEach(async () => {
    await folder.write(ID, healthyRun());
    await mkdir(join(folder.out, ID, 'redis'));
    await writeFile(join(folder.out, ID, 'redis', 'info "x".txt'), '<script>alert(1)</script>');
    await writeFile(join(folder.out, ID, 'run.lock'), '{}');
    await writeFile(join(folder.out, ID, 'empty.txt'), '');
    await writeFile(join(folder.out, 'beside.txt'), 'secret');
    await symlink(join(folder.out, 'beside.txt'), join(folder.out, ID, 'link.txt'));
    await symlink(folder.out, join(folder.out, ID, 'up'));
    await serve();
  });

  it('are sent to be kept and never shown', async () => {
    const answer = await ask(`/api/runs/${ID}/files/redis/info%20%22x%22.txt`);
    expect(answer).toMatchObject({ status: 200, text: '<script>alert(1)</script>' });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers['content-disposition']).toBe(`attachment; filename*=UTF-8''${ID}-info%20%22x%22.txt`);
    expect((await ask(`/api/runs/${ID}/files/empty.txt`)).status).toBe(200);
    expect((await ask(`/api/runs/${ID}/files/journal.ndjson`)).text).toContain('"run.start"');
  });

  it.each([
    '../beside.txt',
    '..%2fbeside.txt',
    '%2e%2e/beside.txt',
    'redis/..%2f..%2fbeside.txt',
    'redis%5c..%5c..%5cbeside.txt',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'link.txt',
    'up/beside.txt',
    'redis',
    'redis/',
    'run.lock',
    'nothing.txt',
    'journal.ndjson%00.txt',
    '%ff',
    '.',
  ])('are none outside its folder, no links and no folders: %s', async (path) => {
    const answer = await ask(`/api/runs/${ID}/files/${path}`);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('secret');
  });

  it('are those of a run alone: nothing of the folder of all runs', async () => {
    for (const id of ['..', '%2e%2e', '.', 'beside.txt', `${ID}%2f..`]) {
      expect((await ask(`/api/runs/${id}/files/beside.txt`)).status, id).toBe(404);
    }
  });

  it('that a run has not written yet are made of what is known', async () => {
    const report = await ask(`/api/runs/${ID}/report.html`);
    expect(report.status).toBe(200);
    expect(report.headers['content-disposition']).toBe(`attachment; filename*=UTF-8''${ID}-report.html`);
    expect(report.text).toMatch(/^<!doctype html>/);
    expect((await ask(`/api/runs/${ID}/files/csv/loadwitness_stats.csv`)).text).toMatch(/^Type,Name,Request Count/);
    expect((await ask(`/api/runs/${ID}/files/csv/other.csv`)).status).toBe(404);
  });
});

describe('who looks on', () => {
  const events = healthyRun();

  it('sees the whole run, however late', async () => {
    control.underWay.add(ID);
    await folder.write(ID, events.slice(0, 40));
    await serve();
    const early = look();
    await until('a model', () => early.model);
    await folder.write(ID, events.slice(40, 80));
    await until('a batch', () => early.messages.some(({ type }) => type === 'batch'));
    const late = look();
    await until('a model', () => late.model);
    await folder.write(ID, events.slice(80));
    await until('the rest', () => late.model?.result.ended && early.model?.result.ended);
    expect(late.model).toEqual(early.model);
    control.underWay.delete(ID);
    await until('the end', () => [early, late].every(({ model }) => model?.kind === 'report'));
    expect(late.messages.at(-1)).toMatchObject({ run: { id: ID, state: 'finished' } });
    expect(late.model).toEqual(early.model);
    expect(late.model).toEqual(JSON.parse((await ask(`/api/runs/${ID}`)).text));
  });

  it('is told what the run says and whether it can be changed', async () => {
    control.underWay.add(ID);
    control.standings.set(ID, { controllable: true, stopping: false, exitCode: null, said: ['one'] });
    await folder.write(ID, events.slice(0, 40));
    await serve();
    const page = look();
    await until('a model', () => page.model);
    control.standings.set(ID, { controllable: true, stopping: true, exitCode: null, said: ['one', 'two'] });
    control.changed(ID);
    await until('the change', () => page.messages.at(-1)?.type === 'state');
    expect(page.messages.at(-1)).toMatchObject({ run: { state: 'stopping', said: ['one', 'two'], controllable: true } });
  });

  it('is told why there is nothing to see', async () => {
    await folder.make(ID);
    await writeFile(join(folder.out, ID, 'journal.ndjson'), 'nonsense\n');
    await serve();
    const page = look();
    await until('the reason', () => page.messages.find(({ type }) => type === 'error'));
    expect((await ask(`/api/runs/${ID}`)).status).toBe(500);
    expect(await upgradeStatus({ origin: `http://${host()}` }, '/api/live?run=other')).toBe(404);
    expect(await upgradeStatus({ origin: `http://${host()}` }, '/api/other')).toBe(404);
    expect(await upgradeStatus({ origin: `http://${host()}` }, '/api/live')).toBe(404);
  });

  it('costs the others nothing when it does not read', async () => {
    control.underWay.add(ID);
    const line = 'x'.repeat(20_000);
    const large = Array.from(
      { length: 100 },
      (_, index) => ({ type: 'sampler.error', t: events[30]?.t ?? 0, sampler: 'redis', message: `${index} ${line}` }) as const,
    );
    await folder.write(ID, [...events.slice(0, 40), ...large]);
    await serve();
    const reader = look();
    await until('a model', () => reader.model);
    // Says that it wants to look on and then reads nothing any more.
    const deaf = connect(dashboard.address.port, '127.0.0.1');
    const key = Buffer.alloc(16).toString('base64');
    deaf.write(
      `GET /api/live?run=${ID} HTTP/1.1\r\nHost: ${host()}\r\nOrigin: http://${host()}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await once(deaf, 'readable');
    for (let round = 0; round < 5; round++) {
      const seen = reader.messages.length;
      const more = large.map((event) => ({ ...event, message: `${round} ${event.message}` }));
      await folder.write(ID, more);
      await until('a batch', () => reader.messages.slice(seen).some(({ type }) => type === 'batch'));
    }
    await until('all', () => reader.model?.result.samplerErrors.length === 600);
    deaf.destroy();
  });
});
