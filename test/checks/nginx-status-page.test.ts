import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import check from '../../checks/nginx-status-page.js';
import { checkContext } from '../helpers/check-context.js';
import { type NginxServer, startNginx } from '../helpers/nginx-server.js';

describe('nginx-status-page', () => {
  let nginx: NginxServer;
  beforeAll(async () => {
    nginx = await startNginx(
      'location /status { stub_status; } location /closed { stub_status; deny all; } location / { return 200 "hello"; }',
    );
  });
  afterAll(() => nginx?.end());

  const run = (statusUrl: string) => check.run(checkContext({ nginx: { statusUrl } }));

  it('passes for a page that can be read', async () => {
    expect(await run(`${nginx.origin}/status`)).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(/^\d+ active connections; /),
    });
  });

  it.each([
    ['/closed', 'the stub_status page answered HTTP 403'],
    ['/', 'the page is not one of stub_status'],
  ])('fails for %s, and shows how to serve it', async (path, observed) => {
    expect(await run(`${nginx.origin}${path}`)).toMatchObject({
      status: 'fail',
      observed,
      remedy: expect.stringContaining(`location = ${path} { stub_status;`),
    });
  });

  it('is only recommended, and skipped where no page is configured', async () => {
    expect(check.recommended).toBe(true);
    expect(await check.run(checkContext({ nginx: { container: 'a' } }))).toMatchObject({
      status: 'skip',
      observed: expect.stringContaining('infrastructure.nginx.status_url'),
    });
  });
});
