import { describe, expect, it } from 'vitest';
import { judge as judgeBuffering } from '../../checks/nginx-buffering.js';
import { judge as judgeTimeout } from '../../checks/nginx-read-timeout.js';
import { judge as judgeHeaders } from '../../checks/nginx-upgrade-headers.js';
import { checkContext } from '../helpers/check-context.js';
import { readingOf } from '../helpers/nginx-reading.js';

/** A run of 25 minutes, of the built-in profile. */
const { config } = checkContext({ target: 'wss://kindmap.test' });
const own = checkContext({
  target: 'ws://kindmap.test',
  scenario: '/srv/own.js',
  nginx: { config: 'x', upstream: 'a', method: 'round_robin' },
}).config;

const VERSION = 'proxy_http_version 1.1;';
const UPGRADE = 'proxy_set_header Upgrade $http_upgrade;';
const CONNECTION = 'proxy_set_header Connection "upgrade";';
const ALL = `${VERSION} ${UPGRADE} ${CONNECTION}`;
const MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const BY_MAP = `${VERSION} ${UPGRADE} proxy_set_header Connection $connection_upgrade;`;

const server = (ws: string, { http = '', inServer = '' } = {}) => `http { ${http} upstream a { server b:1; }
  server { listen 443 ssl; ${inServer} location /api/v1/ws/ { proxy_pass http://a; ${ws} } location / { proxy_pass http://a; } } }`;

describe('nginx-upgrade-headers', () => {
  it.each<[string, string]>([
    ['in the location', server(ALL)],
    ['inherited from the server', server('', { inServer: ALL })],
    ['the version from http, the headers of the location', server(`${UPGRADE} ${CONNECTION}`, { http: VERSION })],
    ['by a map', server(BY_MAP, { http: MAP })],
    [
      'by a map with an expression',
      server(BY_MAP, { http: "map $http_upgrade $connection_upgrade { default close; '~*^websocket$' Upgrade; }" }),
    ],
    ['passing on what the client sent', server(`${VERSION} ${UPGRADE} proxy_set_header Connection $http_connection;`)],
    ['in other letters', server(`${VERSION} proxy_set_header UPGRADE websocket; proxy_set_header connection Upgrade;`)],
  ])('passes: %s', async (_, text) => {
    expect(judgeHeaders(await readingOf(text), config)).toEqual({
      status: 'pass',
      observed: 'location /api/v1/ws/ of /etc/nginx/nginx.conf passes to http://a with HTTP/1.1, Upgrade and Connection',
    });
  });

  it.each<[string, string, string, string]>([
    ['no version', server(`${UPGRADE} ${CONNECTION}`), 'speaks HTTP/1.0 (the default) to it', `write ${VERSION} Then`],
    ['no Upgrade', server(`${VERSION} ${CONNECTION}`), 'sends no Upgrade header', `write ${UPGRADE} Then`],
    ['no Connection', server(`${VERSION} ${UPGRADE}`), 'sends no Connection header', `write ${CONNECTION} Then`],
    [
      'Connection emptied for keepalive',
      server(`${VERSION} ${UPGRADE} proxy_set_header Connection "";`),
      'sends Connection: ',
      `write ${CONNECTION}`,
    ],
    [
      'a map the wrong way round',
      server(BY_MAP, { http: "map $http_upgrade $connection_upgrade { default close; '' upgrade; }" }),
      'sends Connection: $connection_upgrade',
      `write ${CONNECTION}`,
    ],
    ['a map that is not there', server(BY_MAP), 'sends Connection: $connection_upgrade', `write ${CONNECTION}`],
    [
      'headers of the server, lost by one of the location',
      server('proxy_set_header Host $host;', { inServer: ALL }),
      'sends no Upgrade header, sends no Connection header',
      `write ${UPGRADE} ${CONNECTION}`,
    ],
    ['nothing at all', server(''), 'speaks HTTP/1.0 (the default) to it, sends no Upgrade header', `write ${ALL}`],
  ])('fails: %s', async (_, text, found, remedy) => {
    const result = judgeHeaders(await readingOf(text), config);
    expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining(found), remedy: expect.stringContaining(remedy) });
    expect(result.remedy).toMatch(/nginx -t && nginx -s reload$/);
  });

  it('fails where the path is passed on to nobody', async () => {
    expect(judgeHeaders(await readingOf('server { listen 443; location / { root /srv; } }'), config)).toMatchObject({
      status: 'fail',
      observed: "the WebSocket's path is passed on to nobody: location / of /etc/nginx/nginx.conf has no proxy_pass",
    });
    expect(judgeHeaders(await readingOf('events {}'), config).observed).toContain('no server takes it');
  });

  it('looks for any location that upgrades where the path is not known', async () => {
    const text = `upstream a { server b:1; } server { location /feed { proxy_pass http://a; ${ALL} } location / { proxy_pass http://a; } }`;
    expect(judgeHeaders(await readingOf(text), own)).toMatchObject({ status: 'pass', observed: expect.stringContaining('location /feed') });
    expect(judgeHeaders(await readingOf(text.replace(ALL, '')), own)).toMatchObject({ status: 'fail' });
  });
});

describe('nginx-read-timeout', () => {
  it.each<[string, string, 'pass' | 'fail', string]>([
    ['an hour', server('proxy_read_timeout 3600s;'), 'pass', 'proxy_read_timeout 3600s in location /api/v1/ws/ of /etc/nginx/nginx.conf'],
    ['the run itself', server('proxy_read_timeout 25m;'), 'pass', 'proxy_read_timeout 25m'],
    ['a minute', server('proxy_read_timeout 60s;'), 'fail', 'proxy_read_timeout 60s'],
    ['the default', server(''), 'fail', 'no proxy_read_timeout, so 60 s in location /api/v1/ws/'],
    ['inherited', server('', { http: 'proxy_read_timeout 1d;' }), 'pass', 'proxy_read_timeout 1d'],
    [
      'shorter than what it would inherit',
      server('proxy_read_timeout 5m;', { http: 'proxy_read_timeout 1d;' }),
      'fail',
      'proxy_read_timeout 5m',
    ],
    ['a default for sending', server('proxy_read_timeout 1h; proxy_send_timeout 60s;'), 'pass', 'proxy_read_timeout 1h'],
  ])('%s: %s', async (_, text, status, observed) => {
    expect(judgeTimeout(await readingOf(text), config)).toMatchObject({
      status,
      observed: expect.stringContaining(observed),
      expected: 'at least the 1500 s of the run',
    });
  });

  it('says what to write', async () => {
    expect(judgeTimeout(await readingOf(server('')), config).remedy).toBe(
      'in location /api/v1/ws/ of /etc/nginx/nginx.conf write proxy_read_timeout 3600s; Then: nginx -t && nginx -s reload',
    );
  });

  it('judges nothing where nothing is passed on', async () => {
    expect(judgeTimeout(await readingOf('server { listen 443; }'), config).status).toBe('skip');
  });
});

describe('nginx-buffering', () => {
  it.each<[string, string, 'pass' | 'warn']>([
    ['by default', server(''), 'pass'],
    ['with proxy_buffering, which a WebSocket does not feel', server('proxy_buffering on;'), 'pass'],
    ['with tcp_nodelay off for all', server('', { http: 'tcp_nodelay off;' }), 'warn'],
    ['with tcp_nodelay off there', server('tcp_nodelay off;'), 'warn'],
    ['with tcp_nodelay on there again', server('tcp_nodelay on;', { http: 'tcp_nodelay off;' }), 'pass'],
  ])('%s', async (_, text, status) => expect(judgeBuffering(await readingOf(text), config).status).toBe(status));
});
