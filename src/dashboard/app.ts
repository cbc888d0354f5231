import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { messageOf } from '../errors.js';
import { pageScript, pageStyle } from '../report/built-page.js';
import { reportsOf } from '../report/write.js';
import type { RunResult } from '../verdict/run-result.js';
import { compareRuns } from './compare-runs.js';
import { openEvidence } from './evidence-file.js';
import { HEADERS } from './headers.js';
import type { LiveRuns } from './live-runs.js';
import { serverHtml } from './page.js';
import type { FormDefaults, Problem, ServerPage } from './protocol.js';
import { commandSchema, newRunSchema, problemOf } from './requests.js';
import { Refusal, type RunControl } from './run-control.js';
import { isRunId, type RunList, runFolder } from './run-list.js';

/** What the server serves. */
export interface AppParts {
  /** The folder of all runs. */
  out: string;
  runs: LiveRuns;
  list: RunList;
  control: RunControl;
  /** Null where no runs are started. */
  form: FormDefaults | null;
  /** The run that the page shows first; undefined: none. */
  current(): string | undefined;
  language: ServerPage['language'];
}

/** A request and its answer are small, save for files that are sent. */
const MOST_BODY_BYTES = 64 * 1024;

/** More lines over each other nobody can tell apart. */
const MOST_COMPARED = 8;

/** What can be asked for, as protocol.ts lists it. Who may ask at all was decided before. */
export function createApp(parts: AppParts): Hono {
  const app = new Hono();
  const page = (c: Context, run: string | null) => {
    const { language, form } = parts;
    return c.html(serverHtml({ version: 1, kind: 'server', language, run, form }));
  };
  app.use('*', async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  });
  app.get('/', (c) => page(c, parts.current() ?? null));
  app.get('/runs/:id', async (c) => {
    const id = c.req.param('id');
    return (await runFolder(parts.out, id)) === undefined ? missing(c) : page(c, id);
  });
  app.get('/page.js', (c) => c.body(pageScript(), 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  app.get('/page.css', (c) => c.body(pageStyle(), 200, { 'content-type': 'text/css; charset=utf-8' }));
  addApi(app, parts);
  app.notFound(missing);
  app.onError((error, c) => {
    if (error instanceof Refusal) return c.json({ message: error.message, issues: error.issues } satisfies Problem, 409);
    return c.json({ message: messageOf(error) }, 500);
  });
  return app;
}

const missing = (c: Context) => c.json({ message: 'there is nothing here by this name' }, 404);

function addApi(app: Hono, { out, runs, list, control, language }: AppParts): void {
  app.get('/api/runs', async (c) => c.json(await list.entries()));
  app.get('/api/runs/:id', async (c) => {
    const now = await runs.now(c.req.param('id'));
    return now ? c.json(now.model) : missing(c);
  });
  app.get('/api/compare', async (c) => {
    const ids = [...new Set((c.req.query('runs') ?? '').split(','))];
    if (ids.length < 2 || ids.length > MOST_COMPARED) return c.json({ message: `name 2 to ${MOST_COMPARED} runs` }, 400);
    const model = await compareRuns(ids, { out, runs, language });
    return model ? c.json(model) : missing(c);
  });
  app.use('/api/*', bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (c) => c.json({ message: 'the body is too large' }, 413) }));
  app.post('/api/runs', async (c) => {
    const body = await bodyOf(c, newRunSchema);
    if (body instanceof Response) return body;
    if (!control.start) throw new Refusal('no runs are started from here');
    return c.json({ id: await control.start(body) }, 201);
  });
  app.post('/api/runs/:id/command', async (c) => {
    const id = c.req.param('id');
    if (!isRunId(id) || control.standingOf(id) === undefined) return missing(c);
    const body = await bodyOf(c, commandSchema);
    if (body instanceof Response) return body;
    await control.command(id, body);
    return c.body(null, 204);
  });
  app.get('/api/runs/:id/report.html', async (c) => await sendFile(c, out, runs, c.req.param('id'), 'report.html'));
  app.get('/api/runs/:id/files/:path{.+}', async (c) => await sendFile(c, out, runs, c.req.param('id'), c.req.param('path')));
}

/** The body of a request; an answer when it cannot be used. */
async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T | Response> {
  // A form of a foreign page can send anything but this without being asked about it.
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) return c.json({ message: 'send application/json' }, 415);
  const json: unknown = await c.req.json().catch(() => undefined);
  const parsed = schema.safeParse(json);
  return parsed.success ? parsed.data : c.json(problemOf(parsed.error), 400);
}

/** A file of the run, or the report of this name as the run stands where it has none yet. */
async function sendFile(c: Context, out: string, runs: LiveRuns, id: string, path: string): Promise<Response> {
  const folder = await runFolder(out, id);
  if (folder === undefined) return missing(c);
  const name = `${id}-${basename(path)}`;
  const opened = await openEvidence(folder, path);
  if (opened) {
    const { file, bytes } = opened;
    if (bytes === 0) {
      await file.close();
      return c.body('', 200, downloadHeaders(name));
    }
    // A journal grows while it is sent.
    const stream = file.createReadStream({ start: 0, end: bytes - 1 });
    return c.body(Readable.toWeb(stream) as ReadableStream, 200, { ...downloadHeaders(name), 'content-length': String(bytes) });
  }
  const result = isReport(path) ? (await runs.now(id))?.result : undefined;
  const text = result && renderReport(result, path);
  return text === undefined ? missing(c) : c.body(text, 200, downloadHeaders(name));
}

/** Whether it may be one of the reports: what cannot be need not cost a judgement. */
const isReport = (path: string): boolean => /^(csv\/)?[\w.-]+\.(json|md|html|xml|csv)$/.test(path);

const renderReport = (result: RunResult, path: string): string | undefined =>
  reportsOf(result)
    .find((one) => one.path === path)
    ?.render();

/** To keep, and never to be shown as a page of ours: what is in it came from the target. */
const downloadHeaders = (name: string): Record<string, string> => ({
  'content-type': 'application/octet-stream',
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
});
