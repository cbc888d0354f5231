import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseNginx, readNginxConfig, readStubStatus } from '../../src/clients/nginx.js';
import { type NginxServer, startNginx } from '../helpers/nginx-server.js';

const { signal } = new AbortController();

describe('readStubStatus', () => {
  let nginx: NginxServer;
  beforeAll(async () => {
    nginx = await startNginx('location /status { stub_status; } location / { return 200 "hello"; }');
  });
  afterAll(() => nginx.end());

  it('reads the page of a real nginx', async () => {
    const first = await readStubStatus(`${nginx.origin}/status`, signal);
    const second = await readStubStatus(`${nginx.origin}/status`, signal);
    expect(first.active).toBeGreaterThanOrEqual(1);
    expect(second.active).toBe(second.reading + second.writing + second.waiting);
    expect(second.requests).toBe(first.requests + 1);
    expect(second.handled).toBe(second.accepted);
  });

  it('takes no other page for one', async () => {
    await expect(readStubStatus(`${nginx.origin}/`, signal)).rejects.toThrow('not one of stub_status');
    const missing = await startNginx('location / { return 404; }');
    await expect(readStubStatus(`${missing.origin}/status`, signal)).rejects.toThrow('HTTP 404');
    await missing.end();
  });
});

describe('parseNginx', () => {
  const names = (source: string) => parseNginx(source, 'x').map(({ name, args }) => [name, ...args].join(' '));

  it('keeps comments apart, wherever they stand and whatever they hold', () => {
    const source = [
      '# 백엔드 { 주석; }',
      'upstream a {',
      '\t#ip_hash;',
      ' #ip_hash;',
      "  least_conn; #최소 연결; don't",
      '  server x:1 # here; \n    weight=2;',
      '#server y:1;',
      '}',
    ].join('\n');
    expect(parseNginx(source, 'x')[0]?.block?.map(({ name, args }) => [name, ...args])).toEqual([
      ['least_conn'],
      ['server', 'x:1', 'weight=2'],
    ]);
  });

  it('keeps quoted words whole', () => {
    expect(parseNginx(`log_format m '$a "$b"; # no' "\\"x\\"";\nadd_header X "a; b {c}";`, 'x').map(({ args }) => args)).toEqual([
      ['m', '$a "$b"; # no', '"x"'],
      ['X', 'a; b {c}'],
    ]);
  });

  it('reads maps, regular expressions and variables', () => {
    const source = `map $http_upgrade $connection_upgrade {\n  default upgrade;\n  '' close;\n  "~*a;b{2}" 1;\n}
      location ~ \\.(js|css)$ { expires 1d; }
      set $x \${a}b#c;`;
    expect(names(source)).toEqual(['map $http_upgrade $connection_upgrade', 'location ~ \\.(js|css)$', `set $x \${a}b#c`]);
    expect(parseNginx(source, 'x')[0]?.block?.map(({ name, args }) => [name, ...args])).toEqual([
      ['default', 'upgrade'],
      ['', 'close'],
      ['~*a;b{2}', '1'],
    ]);
  });

  it('tells the file and the line of a mistake', () => {
    expect(() => parseNginx('# one\nuser www-data;\nlisten 80', 'site.conf')).toThrow(/^site\.conf, line 3: /);
    expect(() => parseNginx('events {\n}\n}\n', 'site.conf')).toThrow('site.conf, line 3: this } closes no block');
    expect(() => parseNginx('http {\n  server {\n listen 80;\n  }\n', 'site.conf')).toThrow(
      'site.conf, line 1: this block is never closed',
    );
  });
});

describe('readNginxConfig', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-conf-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(files: Record<string, string>): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    return path.join(folder, 'nginx.conf');
  }

  it('follows includes from the main file, in order, and says which files are missing', async () => {
    const main = await write({
      'nginx.conf': 'events {}\nhttp {\n  include mime.types;\n  include conf.d/*.conf;\n  include none/*.conf;\n}\n',
      'conf.d/b.conf': 'include conf.d/parts/server;',
      'conf.d/a.conf': 'upstream a { server 127.0.0.1:1; }',
      'conf.d/parts/server': 'server { listen 80; listen 443 ssl; }',
    });
    const config = await readNginxConfig(main);
    expect(config.files.map((file) => path.relative(folder, file))).toEqual([
      'nginx.conf',
      'conf.d/a.conf',
      'conf.d/b.conf',
      'conf.d/parts/server',
    ]);
    expect(config.missing).toEqual([path.join(folder, 'mime.types')]);
    expect(config.find('listen').map(({ args }) => args)).toEqual([['80'], ['443', 'ssl']]);
    expect(config.find('include')).toEqual([]);
    expect(config.find('listen')[0]?.file).toBe(path.join(folder, 'conf.d/parts/server'));
  });

  it('tells how each upstream balances', async () => {
    const main = await write({
      'nginx.conf': `
        upstream plain { server a:1; server b:1 backup; keepalive 32; }
        upstream hashed { ip_hash; #하나의 주소는 하나의 백엔드로
          server fastapi:8001 max_fails=3 fail_timeout=30s; server unix:/run/app.sock; }
        upstream commented { # ip_hash;
          least_conn; server a:1; }
        upstream keyed { hash $request_uri consistent; server a:1; }
        upstream dice { random two least_conn; server a:1; }
        upstream twice { ip_hash; least_conn; server a:1; }`,
    });
    const upstreams = (await readNginxConfig(main)).upstreams();
    expect(upstreams.map(({ name, method }) => [name, method])).toEqual([
      ['plain', 'round_robin'],
      ['hashed', 'ip_hash'],
      ['commented', 'least_conn'],
      ['keyed', 'hash'],
      ['dice', 'random'],
      ['twice', 'least_conn'],
    ]);
    expect(upstreams[0]?.servers).toEqual(['a:1', 'b:1']);
    expect(upstreams[1]?.servers).toEqual(['fastapi:8001', 'unix:/run/app.sock']);
  });

  it('refuses a file that includes itself and one that is not there', async () => {
    const main = await write({ 'nginx.conf': 'include a;', a: 'include a;' });
    await expect(readNginxConfig(main)).rejects.toThrow('includes itself');
    await expect(readNginxConfig(path.join(folder, 'other.conf'))).rejects.toThrow('ENOENT');
  });
});
