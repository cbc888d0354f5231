import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inherited, routeOf, settingOf } from '../../../src/clients/nginx/route.js';
import { secondsOf } from '../../../src/clients/nginx/values.js';
import { readNginxConfig } from '../../../src/clients/nginx.js';
import { get, type NginxHttp, startNginxHttp } from '../../helpers/nginx-http.js';
import { readingOf } from '../../helpers/nginx-reading.js';

/** Without what nginx would take for a variable or an escape. */
const plain = (text = '') => text.replace(/[$\\]/g, '');

/** Every location answers with itself. */
const answering = (location: string, nested = '') => `location ${location} { ${nested} return 200 'location ${plain(location)}'; }`;

const LOCATIONS = [
  answering('/'),
  answering('= /'),
  answering('= /api'),
  answering('/api/'),
  answering('/api/v1/ws/'),
  answering('^~ /api/v1/auth/', answering('/api/v1/auth/login', answering('~ \\.json$'))),
  answering(
    '/nested/',
    `${answering('= /nested/exact.js')} ${answering('^~ /nested/plain/')} ${answering('/nested/deep/', answering('~ deep'))}`,
  ),
  answering('~ \\.js$'),
  answering('~* \\.PNG$'),
  answering('~ ^/api/v1/ws/admin', answering('~ secret$')),
  'location @named { return 200 "never"; }',
];

const PATHS = [
  '/',
  '/x',
  '/api',
  '/api/',
  '/api/v1/ws/some-user',
  '/api/v1/ws/admin',
  '/api/v1/ws/admin/secret',
  '/api/v1/ws/a.js',
  '/api/v1/auth/login',
  '/api/v1/auth/login.json',
  '/api/v1/auth/refresh.js',
  '/nested/exact.js',
  '/nested/other.js',
  '/nested/plain/a.js',
  '/nested/deep/deep.png',
  '/a.png',
  '/a.JS',
  '/@named',
];

describe('routeOf', () => {
  let nginx: NginxHttp;
  beforeAll(async () => {
    nginx = await startNginxHttp(
      3,
      ([one, two, three]) => `
      server { listen 127.0.0.1:${one}; ${LOCATIONS.join('\n')} }
      server { listen 127.0.0.1:${two}; server_name first.test; location / { return 200 first.test; } }
      server { listen 127.0.0.1:${two}; server_name kindmap.test *.kindmap.test; location / { return 200 kindmap.test; } }
      server { listen 127.0.0.1:${two}; server_name api.kindmap.test "~^num(?<n>\\d{2})\\."; location / { return 200 api.kindmap.test; } }
      server { listen 127.0.0.1:${two} default_server; server_name "" www.*; location / { return 200 default; } }
      server { listen ${three}; location / { return 200 anywhere; } }
      server { listen 127.0.0.1:${three}; location / { return 200 here; } }`,
    );
  });
  afterAll(() => nginx?.end());

  it.each(PATHS)('takes the location that a real nginx takes for %s', async (path) => {
    const configuration = await readNginxConfig(nginx.file);
    const [port = 0] = nginx.ports;
    expect(plain(routeOf(configuration, { host: '127.0.0.1', port }, path)?.where)).toBe(await get(port, path));
  });

  it.each([
    'first.test',
    'kindmap.test',
    'a.b.kindmap.test',
    'API.kindmap.test',
    'num12.test',
    'num1.test',
    'www.example',
    'other.test',
    '127.0.0.1',
  ])('takes the server that a real nginx takes for %s', async (host) => {
    const configuration = await readNginxConfig(nginx.file);
    const [, port = 0] = nginx.ports;
    const route = routeOf(configuration, { host, port }, '/');
    expect(route?.location?.block?.[0]?.args[1]).toBe(await get(port, '/', { headers: { Host: host } }));
  });

  it('prefers the server at the very address, as a real nginx does', async () => {
    const configuration = await readNginxConfig(nginx.file);
    const [, , port = 0] = nginx.ports;
    expect(routeOf(configuration, { host: '127.0.0.1', port }, '/')?.location?.block?.[0]?.args[1]).toBe(await get(port, '/'));
    expect(routeOf(configuration, { host: '127.0.0.2', port }, '/')?.location?.block?.[0]?.args[1]).toBe('anywhere');
  });

  it('takes one that passes on where none listens at the port', async () => {
    const { configuration } = await readingOf(`
      server { listen 80; return 301 https://$host$request_uri; }
      server { listen 8443 ssl; server_name a.test; location / { proxy_pass http://a; } }`);
    expect(routeOf(configuration, { host: 'lb.test', port: 443 }, '/')?.server.block[0]?.args[0]).toBe('8443');
    expect(routeOf(configuration, { host: 'lb.test', port: 80 }, '/')?.where).toBe('server');
  });

  it('lets a block inherit what it says nothing of, and all or nothing of what is a list', async () => {
    const { configuration } = await readingOf(`http { proxy_read_timeout 10m; proxy_set_header A a; proxy_set_header B b; tcp_nodelay off;
      server { proxy_read_timeout 1h; location / { proxy_set_header C c; location /in { proxy_pass http://a; } } } }`);
    const route = routeOf(configuration, { host: 'a', port: 80 }, '/in');
    if (route === undefined) throw new Error('no route');
    expect(settingOf(route, 'proxy_read_timeout')).toBe('1h');
    expect(settingOf(route, 'tcp_nodelay')).toBe('off');
    expect(settingOf(route, 'proxy_buffering')).toBeUndefined();
    expect(inherited(route, 'proxy_set_header').map(({ args }) => args)).toEqual([['C', 'c']]);
  });

  it('says which expression it cannot read', async () => {
    const { configuration } = await readingOf('server { location ~ (?#note)a(*UTF8) { return 200; } }');
    expect(() => routeOf(configuration, { host: 'a', port: 80 }, '/x')).toThrow(
      'location ~ (?#note)a(*UTF8): this expression cannot be read here',
    );
  });
});

describe('secondsOf', () => {
  it.each<[string, number | undefined]>([
    ['60', 60],
    ['60s', 60],
    ['1h 30m', 5400],
    ['1d12h', 129_600],
    ['1500ms', 1.5],
    ['$timeout', undefined],
    ['', undefined],
  ])('reads %s', (text, seconds) => expect(secondsOf(text)).toBe(seconds));
});
