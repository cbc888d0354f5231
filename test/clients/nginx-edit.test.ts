import { describe, expect, it } from 'vitest';
import { type NginxDirective, parseNginx } from '../../src/clients/nginx.js';
import { hasRelaxMarks, type RelaxMeasure, relaxText, wouldInclude } from '../../src/clients/nginx-edit.js';
import { scanNginx } from '../../src/clients/nginx-edit-scan.js';
import { upstreamText } from '../helpers/relaxable-nginx.js';

const BOTH: RelaxMeasure[] = ['ip-hash', 'rate-limits'];

function relaxed(text: string, measures: readonly RelaxMeasure[] = BOTH, upstream = ''): string {
  return relaxText(Buffer.from(text), 'nginx.conf', { measures, upstream }).relaxed.toString();
}

describe('relaxText', () => {
  it('comments ip_hash out and keeps every other byte, CRLF and Korean comments among them', () => {
    const before = upstreamText(['10.0.0.1:1', '10.0.0.2:2']);
    const { relaxed: after, changes } = relaxText(Buffer.from(before), 'u.conf', { measures: BOTH, upstream: 'fastapi_backend' });
    expect(after.toString()).toBe(before.replace('ip_hash;', '# loadwitness: ip_hash;'));
    expect(changes).toEqual([{ line: 3, text: 'ip_hash;' }]);
  });

  it('keeps bytes that are no UTF-8', () => {
    const before = Buffer.concat([Buffer.from('# '), Buffer.from([0xb0, 0xa1, 0xff, 0x00]), Buffer.from('\nupstream a { ip_hash;\n}')]);
    const { relaxed: after } = relaxText(before, 'u.conf', { measures: BOTH, upstream: '' });
    const text = before.toString('latin1').replace('ip_hash;', '# loadwitness: ip_hash;');
    expect(after.equals(Buffer.from(text, 'latin1'))).toBe(true);
  });

  it.each([
    ['what follows in its line', 'upstream a { ip_hash; server b; }', 'upstream a { # loadwitness: ip_hash;\n server b; }'],
    ['what follows, with the line ends of the file', 'a b;\r\n  ip_hash;c d;', 'a b;\r\n  # loadwitness: ip_hash;\r\n  c d;'],
    ['the block that ends behind it', 'upstream a {ip_hash;}', 'upstream a {# loadwitness: ip_hash;\n}'],
    ['two in one line', 'limit_req zone=a;limit_conn b 1;', '# loadwitness: limit_req zone=a;# loadwitness: limit_conn b 1;'],
  ])('does not lose %s', (_, before, after) => {
    expect(relaxed(before)).toBe(after);
  });

  it('comments every line of a directive out', () => {
    expect(relaxed('location / {\n  limit_req zone=a\n    burst=2;\n}')).toBe(
      'location / {\n  # loadwitness: limit_req zone=a\n# loadwitness:     burst=2;\n}',
    );
  });

  it.each([
    ['a comment', '# ip_hash;\nupstream a { server b; } # limit_req zone=a;'],
    ['a quoted word', `add_header X "ip_hash; limit_req zone=a;" 'limit_conn a 1;';`],
    ['a word that only begins like it', 'limit_req_zone $a zone=a:1m rate=1r/s; limit_req_status 429;'],
    ['a key of a map', 'map $a $b { ip_hash 1; limit_req 2; default 3; }'],
    ['Lua', 'content_by_lua_block { local a = "}" -- } ip_hash;\n ngx.say("limit_req zone=a;") }'],
  ])('leaves %s alone', (_, text) => {
    expect(relaxed(text)).toBe(text);
  });

  it('finds what comes after Lua, quotes, escapes and variables in braces', () => {
    const before = [
      `set_by_lua_block $a { return "{" }`,
      `log_format a 'it\\'s {' "\\"}";`,
      `set $b "x";set $c \${b};`,
      'set $d a\\;b;',
      'ip_hash;',
    ].join('\n');
    expect(relaxed(before)).toContain('\n# loadwitness: ip_hash;');
  });

  it('switches off only what is asked for', () => {
    const text = 'upstream a { ip_hash; }\nserver { limit_req zone=a; }';
    expect(relaxed(text, ['ip-hash'])).toContain('server { limit_req zone=a; }');
    expect(relaxed(text, ['rate-limits'])).toContain('upstream a { ip_hash; }');
  });

  it('leaves the ip_hash of other upstreams than the one that is meant', () => {
    const text = 'upstream a { ip_hash; }\nupstream "b" {\n  ip_hash;\n}';
    expect(relaxed(text, BOTH, 'b')).toBe('upstream a { ip_hash; }\nupstream "b" {\n  # loadwitness: ip_hash;\n}');
  });

  it('changes nothing the second time, and its marks are found', () => {
    const once = relaxed('upstream a {\n  ip_hash;\n}');
    expect(relaxed(once)).toBe(once);
    expect(hasRelaxMarks(Buffer.from(once))).toBe(true);
    expect(hasRelaxMarks(Buffer.from('upstream a { ip_hash; } # loadwitness'))).toBe(false);
  });

  it.each([
    ['upstream a {\n ip_hash;', 'nginx.conf, line 2: the block upstream a is never closed'],
    ['ip_hash;\n}', 'nginx.conf, line 2: this } closes no block'],
    ['a b;\nip_hash', 'nginx.conf, line 2: this directive has no end'],
    ['a "b;\nip_hash;', 'nginx.conf, line 1: this quote is never closed'],
  ])('refuses what nginx would not read: %j', (text, message) => {
    expect(() => relaxed(text)).toThrow(message);
  });
});

describe('scanNginx', () => {
  it('finds the same directives as the parser', () => {
    const text = `user root; # note
events{worker_connections 1024;}
http {
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  log_format main '$remote_addr "$request"'
                  "$status";
  server {
    listen 80 default_server; server_name a.example "b.example";
    location ~ ^/api/v[0-9]+/(?<rest>.*)$ { proxy_pass http://a/$rest?x=\${arg_y}; if ($request_method = POST) { return 405; } }
  }
}`;
    const flat = (directives: readonly NginxDirective[]): string[][] =>
      directives.flatMap(({ name, args, block }) => [[name, ...args], ...flat(block ?? [])]);
    expect(scanNginx(text, 'a').map(({ words }) => words)).toEqual(flat(parseNginx(text, 'a')));
  });
});

describe('wouldInclude', () => {
  it.each([
    ['include sites-enabled/*;', 'default.loadwitness-1.bak', true],
    ['http { include /etc/nginx/sites-enabled/*; }', '.default.loadwitness-1.bak', false],
    ['include conf.d/*.conf;', 'a.conf.loadwitness-1.bak', false],
    ['include mime.types;', 'mime.types', false],
  ])('%s, %s: %s', (text, name, expected) => {
    expect(wouldInclude(Buffer.from(text), 'a', name)).toBe(expected);
  });
});
