import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveExport } from '../../src/export/export.js';
import { LiveMetrics } from '../../src/export/live-metrics.js';
import { parseAddress, servePrometheus } from '../../src/export/prometheus.js';
import { healthyRun } from '../verdict/journal-builder.js';

const open: LiveExport[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function serve(metrics: Pick<LiveMetrics, 'families' | 'version'> = new LiveMetrics()): Promise<LiveExport> {
  const endpoint = await servePrometheus({ host: '127.0.0.1', port: 0 }, metrics);
  open.push(endpoint);
  return endpoint;
}

describe('--metrics', () => {
  it.each([
    [':9464', { host: '127.0.0.1', port: 9464 }],
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('takes %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', ':', 'host', ':99999', '::1:9464', 'http://x:1', ':-1', ':1.5'])('refuses "%s"', (text) => {
    expect(() => parseAddress(text)).toThrow(/--metrics: must be a port or <host>:<port>/);
  });

  it('serves the metrics at /metrics to GET and HEAD, and nothing else', async () => {
    const metrics = new LiveMetrics();
    for (const event of healthyRun()) metrics.add(event);
    const { place } = await serve(metrics);
    const answer = await fetch(place);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toContain('loadwitness_requests_total{task="location_update"} 80\n');
    expect((await fetch(place, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(place, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/', place))).status).toBe(404);
  });

  it('makes the text once for each change, however often it is asked for', async () => {
    let made = 0;
    const metrics = {
      version: 1,
      families: () => {
        made++;
        return [];
      },
    };
    const { place } = await serve(metrics);
    await Promise.all(Array.from({ length: 50 }, () => fetch(place).then((answer) => answer.text())));
    expect(made).toBe(1);
    metrics.version++;
    await fetch(place);
    expect(made).toBe(2);
  });

  it('says that an address is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const promise = servePrometheus({ host: '127.0.0.1', port }, new LiveMetrics());
      await expect(promise).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/^--metrics: cannot listen on 127.*EADDRINUSE/),
      });
    } finally {
      other.close();
    }
  });

  it('ends although somebody holds a connection open', async () => {
    const { place, close } = await serve();
    const socket = connect(Number(new URL(place).port), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.write('GET /metrics HTTP/1.1\r\n');
    open.splice(0);
    await close();
    await expect(fetch(place)).rejects.toThrow();
    socket.destroy();
  });
});
