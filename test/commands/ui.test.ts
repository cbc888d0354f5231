import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { NewRun, RunEntry, RunState, ToPage } from '../../src/dashboard/protocol.js';
import { applyPatch } from '../../src/report/view/live/patch.js';
import type { PageModel } from '../../src/report/view/model.js';
import { type Cli, endAll, runCli, startCli } from '../helpers/cli.js';
import { type KindmapTarget, startKindmapTarget } from '../helpers/kindmap-target.js';
import { descendants } from '../helpers/processes.js';
import { until } from '../helpers/until.js';

const TOKEN = 'a-token-that-is-long-enough';

let out: string;
let target: KindmapTarget;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  out = mkdtempSync(join(tmpdir(), 'loadwitness-ui-'));
  target = await startKindmapTarget();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await endAll();
  await target.close();
  rmSync(out, { recursive: true });
});

/** Where a tool that was started says that its page is. */
const linkOf = (cli: Cli): Promise<string> =>
  until(`the link in ${cli.stderr()}`, () => /live page: (\S+\/)/.exec(cli.stderr())?.[1], 30_000);

function post(link: string, path: string, body: unknown): Promise<Response> {
  const origin = new URL(link).origin;
  return fetch(`${origin}${path}`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

interface Page {
  socket: WebSocket;
  model: PageModel | undefined;
  run: RunState | undefined;
}

function look(link: string, id: string): Page {
  const { origin, host } = new URL(link);
  const socket = new WebSocket(`ws://${host}/api/live?run=${id}`, { origin });
  sockets.push(socket);
  const page: Page = { socket, model: undefined, run: undefined };
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ToPage;
    if (message.type === 'error') throw new Error(message.message);
    page.run = message.run;
    if (message.type === 'model') page.model = message.model;
    else if (message.type === 'batch') page.model = applyPatch(page.model as PageModel, message.patch);
  });
  return page;
}

/** Connected users of the last second that the page knows. */
const connected = (page: Page): number => page.model?.load.connected.at(-1) ?? 0;

const PLAN: NewRun = { users: 20, spawnRate: 20, duration: 600, preflight: false };

/** A run started in a page, up to its users. */
async function started(link: string): Promise<{ id: string; page: Page }> {
  const answer = await post(link, '/api/runs', { ...PLAN, target: target.url });
  expect(answer.status).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  const page = look(link, id);
  await until('20 users', () => connected(page) === 20, 30_000);
  return { id, page };
}

describe('the page of runs', () => {
  it('starts a run, raises its users from 20 to 40, stops it, and keeps its report', async () => {
    const cli = startCli(['ui', '--out', out, '--listen', '127.0.0.1:0']);
    const link = await linkOf(cli);
    const { id, page } = await started(link);
    expect(page.run).toMatchObject({ id, state: 'running', controllable: true, exitCode: null });
    expect((await post(link, '/api/runs', PLAN)).status).toBe(409);
    expect((await post(link, `/api/runs/${id}/command`, { type: 'users', users: 40, spawnRate: 20 })).status).toBe(204);
    await until('40 users', () => connected(page) === 40);
    expect(page.run?.adjustment).toBe(20);
    expect(target.most).toBe(40);
    // A tab that is closed does not stop the run.
    page.socket.close();
    const other = look(link, id);
    await until('the run in another tab', () => connected(other) === 40);
    expect((await post(link, `/api/runs/${id}/command`, { type: 'stop' })).status).toBe(204);
    await until('the end', () => other.run?.state === 'finished' && other.run.exitCode !== null && other.model?.kind === 'report', 30_000);
    expect(other.run).toMatchObject({ controllable: false, exitCode: 130 });
    expect(other.run?.said.at(-1)).toBe(join(out, id));
    const verdict = JSON.parse(readFileSync(join(out, id, 'verdict.json'), 'utf8')) as { aggregated: { requests: number } };
    expect(other.model?.result.aggregated.requests).toBe(verdict.aggregated.requests);
    expect(other.model?.files.map(({ path }) => path)).toContain('report.html');
    const report = await fetch(`${link}api/runs/${id}/report.html`);
    expect(await report.text()).toBe(readFileSync(join(out, id, 'report.html'), 'utf8'));
    const list = (await (await fetch(`${link}api/runs`)).json()) as RunEntry[];
    expect(list).toMatchObject([{ id, running: false, verdict: 'INCONCLUSIVE', target: target.url }]);
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(0);
  }, 90_000);

  it('tells by its field what of a plan cannot be used', async () => {
    const link = await linkOf(startCli(['ui', '--out', out, '--listen', '127.0.0.1:0']));
    const answer = await post(link, '/api/runs', { users: 5, preflight: false, target: target.url });
    expect(answer.status).toBe(409);
    const { message, issues } = (await answer.json()) as { message: string; issues: Record<string, string> };
    expect(message).toMatch(/--users|--run-time/);
    expect(Object.keys(issues)).toHaveLength(1);
    expect(readdirSync(out)).toEqual([]);
  }, 60_000);

  it('lets the run that goes on end in good order before it ends itself', async () => {
    const cli = startCli(['ui', '--out', out, '--listen', '127.0.0.1:0']);
    const { id } = await started(await linkOf(cli));
    cli.process.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    expect(cli.stderr()).toContain('the run ends first');
    expect(readdirSync(join(out, id))).toContain('report.html');
  }, 60_000);

  it('leaves a run to its plan when it is killed', async () => {
    const cli = startCli(['ui', '--out', out, '--listen', '127.0.0.1:0']);
    const link = await linkOf(cli);
    const answer = await post(link, '/api/runs', { ...PLAN, duration: 6, target: target.url });
    const { id } = (await answer.json()) as { id: string };
    const page = look(link, id);
    await until('20 users', () => connected(page) === 20, 30_000);
    cli.process.kill('SIGKILL');
    await cli.ended;
    await until('the report', () => readdirSync(join(out, id)).includes('manifest.json'), 30_000);
    expect(readFileSync(join(out, id, 'journal.ndjson'), 'utf8')).toContain('"type":"run.end"');
    await until('the end of the run', () => !readdirSync(join(out, id)).includes('run.lock'));
  }, 60_000);

  it('is refused where others could open it and nobody knows a token', async () => {
    const open = await runCli(['ui', '--out', out, '--listen', '0.0.0.0:0'], { LOADWITNESS_UI_TOKEN: '' });
    expect(open).toMatchObject({ code: 2, stdout: '' });
    expect(open.stderr).toMatch(/--listen: 0\.0\.0\.0 can be reached by others.*LOADWITNESS_UI_TOKEN/);
    expect((await runCli(['ui', '--out', out, '--token', 'short'])).code).toBe(2);
    const cli = startCli(['ui', '--out', out, '--listen', '127.0.0.1:0'], { LOADWITNESS_UI_TOKEN: TOKEN });
    const link = await linkOf(cli);
    expect(cli.stderr()).not.toContain(TOKEN);
    expect((await fetch(link)).status).toBe(401);
    expect((await fetch(link, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    const port = new URL(link).port;
    const taken = await runCli(['ui', '--out', out, '--listen', `127.0.0.1:${port}`]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toMatch(/cannot listen on 127\.0\.0\.1:\d+: somebody else listens there/);
  }, 60_000);
});

describe('a run with a page of its own', () => {
  const run = (...rest: string[]): string[] => [
    'run',
    '--target',
    target.url,
    '--out',
    out,
    '--no-preflight',
    '--stages',
    '20@20:600s',
    ...rest,
  ];

  it('is changed and stopped from there, and ends with its page', async () => {
    const cli = startCli(run('--ui', '127.0.0.1:0'), { LOADWITNESS_UI_TOKEN: '' });
    const link = await linkOf(cli);
    const id = await until('the run', () => readdirSync(out)[0], 30_000);
    const answer = await until('its page', async () => {
      const html = await (await fetch(link)).text();
      return html.includes(`"run":"${id}"`) ? html : undefined;
    });
    expect(answer).toContain('"form":null');
    const page = look(link, id);
    await until('20 users', () => connected(page) === 20, 30_000);
    expect((await post(link, '/api/runs', PLAN)).status).toBe(409);
    expect((await post(link, `/api/runs/${id}/command`, { type: 'users', users: 40, spawnRate: 20 })).status).toBe(204);
    await until('40 users', () => connected(page) === 40);
    expect((await post(link, `/api/runs/${id}/command`, { type: 'stop' })).status).toBe(204);
    await until('the end', () => page.run?.state === 'finished' && page.model?.kind === 'report', 30_000);
    expect(await cli.ended).toBe(130);
    expect(page.run?.exitCode).toBe(130);
    await expect(fetch(link)).rejects.toThrow();
  }, 90_000);

  it('goes on when its page is killed', async () => {
    const cli = startCli(['run', '--target', target.url, '--out', out, '--no-preflight', '--stages', '5@5:5s', '--ui', '127.0.0.1:0']);
    const link = await linkOf(cli);
    expect(await (await fetch(link)).text()).toContain('id="data"');
    await until('the load', () => target.most === 5, 30_000);
    const [page] = await descendants(cli.process.pid as number);
    process.kill(page as number, 'SIGKILL');
    await until('that it was seen', () => cli.stderr().includes('the live page has ended by itself; the run goes on without it'));
    await cli.ended;
    const [id] = readdirSync(out);
    expect(readFileSync(join(out, id as string, 'journal.ndjson'), 'utf8')).toContain('"reason":"completed"');
    expect(readdirSync(join(out, id as string))).toContain('report.html');
  }, 60_000);

  it('is not begun where its page cannot be served', async () => {
    const cli = startCli(['ui', '--out', out, '--listen', '127.0.0.1:0']);
    const { port } = new URL(await linkOf(cli));
    const refused = await runCli(run('--ui', `127.0.0.1:${port}`));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^--ui: cannot listen on 127\.0\.0\.1:\d+: somebody else listens there/m);
    expect((await runCli(run('--ui', '0.0.0.0:0'))).stderr).toMatch(/--ui: 0\.0\.0\.0 can be reached by others/);
    expect(readdirSync(out)).toEqual([]);
  }, 60_000);
});
