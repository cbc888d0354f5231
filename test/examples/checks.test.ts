import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checks as ours } from '../../checks/index.js';
import { loadChecks } from '../../src/commands/project-checks.js';
import { runPreflight } from '../../src/preflight/runner.js';
import { checkContext } from '../helpers/check-context.js';

const FOLDER = fileURLToPath(new URL('../../examples/checks', import.meta.url));

let server: Server;
let answer: { status: number; body: string };
beforeEach(async () => {
  server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('the example of a check of a project’s own', () => {
  it.each([
    [200, '{"status":"healthy"}', 'pass'],
    [200, '{"status":"starting"}', 'fail'],
    [503, '{"status":"healthy"}', 'fail'],
  ])('of HTTP %i with %s makes %s', async (status, body, expected) => {
    answer = { status, body };
    const checks = (await loadChecks(FOLDER, ours)).map((check) => ({ ...check, after: [] }));
    const target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { results } = await runPreflight({ checks, ctx: checkContext({ target }), emit: () => {} });
    expect(results).toMatchObject([
      { check: 'health-page', status: expected, observed: expect.stringContaining(`HTTP ${status}, ${body}`) },
    ]);
  });
});
