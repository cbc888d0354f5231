import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';
import { countTokens } from '../../src/bundle/redact-token.js';
import { type JournalEvent, journalEvent } from '../../src/journal/event.js';

/** Shows each token as `<kind>`, whatever its key. */
const shown = (text: string) => text.replace(/<redacted:([a-z-]+)-[0-9a-f]{8}>/g, '<$1>');
const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE123';

describe('Redactor', () => {
  it.each([
    ['a token in a URL', 'ws://h/api/v1/ws/u?token=abc.def&x=1', 'ws://h/api/v1/ws/u?token=<secret>&x=1'],
    ['a parameter whose name is escaped', '/ws?%74oken=abc123&y=1', '/ws?%74oken=<secret>&y=1'],
    ['a token in a URL in a URL', '/cb?next=%2Fws%3Ftoken%3Dabc123%26x%3D1', '/cb?next=%2Fws%3Ftoken%3D<secret>%26x%3D1'],
    ['a key of an API in a URL', 'https://x.y/a?key=abc&X-Amz-Signature=def', 'https://x.y/a?key=<secret>&X-Amz-Signature=<secret>'],
    ['a password in a URL', 'redis://user:s3cr3t@127.0.0.1:6379/0', 'redis://user:<secret>@127.0.0.1:6379/0'],
    ['one with an @', 'redis://user:hun@ter2@h:6379', 'redis://user:<secret>@h:6379'],
    ['one with a slash', 'redis://:ab/cd+x@host:6379/0', 'redis://:<secret>@host:6379/0'],
    ['a password in an escaped URL', '?u=redis%3A%2F%2F%3Ahunter2%40host%3A6379', '?u=redis%3A%2F%2F%3A<secret>%40host%3A6379'],
    ['a bearer', 'Authorization: Bearer abc.def-ghi', 'Authorization: Bearer <secret>'],
    ['a user and password', '"Basic dXNlcjpodW50ZXIy"', '"Basic <secret>"'],
    ['a header of an unknown scheme', 'authorization: 12345 abc', 'authorization: <secret>'],
    ['cookies', 'Cookie: sessionid=abc; csrftoken=def', 'Cookie: <secret>'],
    ['headers in JSON', '{"authorization":"Bearer abcdefg","cookie":"a=b"}', '{"authorization":"Bearer <secret>","cookie":"<secret>"}'],
    ['a JWT anywhere', 'xeyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl back', 'x<jwt> back'],
    ['a key id of AWS', 'id=AKIAIOSFODNN7EXAMPLE;', 'id=<aws-key-id>;'],
    ['a secret of AWS', `aws says ${AWS_SECRET}`, 'aws says <secret>'],
    ['a header that nginx sets', 'proxy_set_header X-Api-Key "k-123";', 'proxy_set_header X-Api-Key "<secret>";'],
    ['what nginx compares with', 'if ($arg_token != "s3cret") {', 'if ($arg_token != "<secret>") {'],
    ['what nginx signs with', 'secure_link_md5 "$uri hunter2";', 'secure_link_md5 "$uri <secret>";'],
    ['a line of htpasswd', 'admin:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'admin:<secret>'],
    ['the password of Redis', 'requirepass foobared', 'requirepass <secret>'],
    ['a rule of an ACL', 'user alice on >p1pass ~* +@all', 'user alice on ><secret> ~* +@all'],
    ['a login in MONITOR', '"AUTH" "default" "s3cret"', '"AUTH" "<secret>" "<secret>"'],
    ['an environment as Docker has it', '"Env":["PATH=/bin","DB=hidden me"]', '"Env":["PATH=/bin","DB=<secret>"]'],
    ['an environment in JSON', '{"env":{"A":"hidden","TZ":"UTC"}}', '{"env":{"A":"<secret>","TZ":"UTC"}}'],
    ['an environment in Python', "environ({'A': 'hidden', 'TZ': 'UTC'})", "environ({'A': '<secret>', 'TZ': 'UTC'})"],
    [
      'an environment in YAML',
      'environment:\n  - FOO=hidden\n  - TZ=UTC\nimage: x\n',
      'environment:\n  - FOO=<secret>\n  - TZ=UTC\nimage: x\n',
    ],
    ['a .env file', 'FOO=hidden\n# c\nexport BAR="hid den"\nTZ=UTC\n', 'FOO=<secret>\n# c\nexport BAR="<secret>"\nTZ=UTC\n'],
    ['an option', 'locust --password hunter2 -u 5', 'locust --password <secret> -u 5'],
    ['a variable of a command', 'docker run -e FOO=hidden -e TZ=UTC x', 'docker run -e FOO=<secret> -e TZ=UTC x'],
    ['a member of JSON in JSON', '{\\"password\\":\\"hun ter2\\"}', '{\\"password\\":\\"<secret>\\"}'],
    ['a line of a log', 'login failed: password: hunter2', 'login failed: password: <secret>'],
    ['a line of YAML', 'password: supersecret # of the test\n', 'password: <secret> # of the test\n'],
    ['SQL', "ALTER USER a PASSWORD 'x y'", "ALTER USER a PASSWORD '<secret>'"],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEabcd\nQw==\n-----END RSA PRIVATE KEY-----\nx',
      '<private-key>\n<secret>\n<secret>\n<secret>\nx',
    ],
  ])('takes out %s', (_, text, clean) => {
    const redactor = new Redactor();
    const once = redactor.redact(text);
    expect(shown(once)).toBe(clean);
    expect(redactor.redact(once)).toBe(once);
  });

  it.each([
    'route_id=6b0c5c1e-1111-4222-8333-123456789abc user=temp_42 session_id: 6b0c5c1e-1111-4222-8333-123456789abc',
    'image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 of commit 80d2e3d4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0',
    'container 3f2a9b8c7d6e; Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==; cache key: stations; max_tokens=512',
    'JWT token: expired, Basic monitoring, Basic authentication, Bearer token missing, PWD=/app, NOAUTH Authentication required.',
    'Invalid token: signature verification failed; who have no token: --identity accounts has',
    'proxy_set_header Authorization $http_authorization; proxy_set_header Cookie $http_cookie;',
    "add_header 'Access-Control-Allow-Headers' 'DNT,Authorization,Content-Type';",
    'redis://127.0.0.1:6379/0 ssh://user@host https://h:8443/a?b=c@d user bob connected -> ok',
    `ACCESS_TOKEN_EXPIRE_MINUTES=30 JWT_SECRET=${'$'}{JWT_SECRET}`,
  ])('leaves %s', (text) => {
    expect(new Redactor().redact(text)).toBe(text);
  });

  it('takes out a known secret in all its forms, each with the same token', () => {
    const redactor = new Redactor();
    const secret = 'p"ss wörd/1+';
    redactor.add(secret);
    const token = redactor.redact(secret);
    const json = JSON.stringify(secret).slice(1, -1);
    const url = encodeURIComponent(secret);
    const forms = [
      json,
      JSON.stringify(json).slice(1, -1),
      json.replace('ö', '\\u00f6'),
      url,
      url.replaceAll('%20', '+'),
      url.toLowerCase(),
      encodeURIComponent(url),
    ];
    for (const form of [...forms, 'p&quot;ss wörd/1+', 'p\\x22ss w\\xC3\\xB6rd/1+', Buffer.from(secret).toString('base64')]) {
      expect(redactor.redact(`<${form}>`)).toBe(`<${token}>`);
    }
    expect(redactor.redact(`x ${Buffer.from(`somebody:${secret}`).toString('base64url')} y`)).toBe(`x ${token} y`);
    expect(redactor.redact(`password="${json}"`)).toBe(`password="${token}"`);
    expect(redactor.redact(`/a?token=${url}&b=1`)).toBe(`/a?token=${token}&b=1`);
  });

  it('gives a secret the same token wherever it stands, and another one in another run', () => {
    const redactor = new Redactor();
    const [first, second] = redactor.redact('redis://:abc123@h and password=abc123').match(/<redacted[^>]*>/g) ?? [];
    expect(second).toBe(first);
    for (const form of ['p%20w%2F1', 'p w/1']) redactor.add(form);
    expect(redactor.redact('p%20w%2F1')).toBe(redactor.redact('p w/1'));
    expect(redactor.redact('?token=abc124')).not.toContain(first);
    expect(new Redactor().redact('password=abc123')).not.toContain(first);
  });

  it('takes out each of thousands, also where one is the beginning of another', () => {
    const redactor = new Redactor();
    const secrets = Array.from({ length: 5000 }, (_, index) => `secret-${index}`);
    for (const secret of secrets) redactor.add(secret);
    const tokens = redactor.redact(secrets.join(' ')).split(' ');
    expect(new Set(tokens.map(shown))).toEqual(new Set(['<secret>']));
    expect(new Set(tokens).size).toBe(5000);
  });

  it('leaves words alone of which a secret is only a part', () => {
    const redactor = new Redactor();
    redactor.add('route');
    expect(shown(redactor.redact('route_calculated reroute route: "route"'))).toBe('route_calculated reroute <secret>: "<secret>"');
  });

  it('says what was taken out of which file, and nothing of what it was', () => {
    const redactor = new Redactor();
    redactor.add('hunter-2000');
    redactor.for('logs/a.log.gz').lines()('a hunter-2000 and /x?token=abc\nredis://:pw1@h\n');
    redactor.for('journal.ndjson').redactData({ type: 'x', message: 'hunter-2000' });
    redactor.redact('hunter-2000');
    redactor.for('nothing.txt').redact('nothing');
    expect(redactor.report()).toEqual({
      total: { known: 3, 'url-parameter': 1, 'url-password': 1 },
      files: [
        { file: 'journal.ndjson', counts: { known: 1 } },
        { file: 'logs/a.log.gz', counts: { known: 1, 'url-parameter': 1, 'url-password': 1 } },
      ],
    });
  });

  it('counts tokens also where they stand in HTML, in JSON inside of it and in Markdown', () => {
    const token = new Redactor().redact('AKIAIOSFODNN7EXAMPLE');
    const inner = token.slice(1, -1);
    expect(countTokens(`${token} &lt;${inner}&gt; \\u003c${inner}> \\<${inner}\\> <redacted>`)).toEqual({ 'aws-key-id': 4, secret: 1 });
  });

  it('finds nothing in what it has cleaned, also in another form or another run', () => {
    const redactor = new Redactor();
    redactor.add('hunter-2000');
    const clean = redactor.redact('hunter-2000 redis://:pw1@h/?token=abc Bearer abc123456 Basic dXNlcjpodW50ZXIy AKIAIOSFODNN7EXAMPLE');
    const html = clean.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    for (const text of [clean, html, clean.replaceAll('<', '\\u003c')]) {
      expect(redactor.find(text, true)).toEqual({});
      expect(new Redactor().find(text, true)).toEqual({});
    }
    expect(redactor.find('hunter-2000 redis://:pw1@h')).toEqual({ known: 1, 'url-password': 1 });
  });
});

describe('data', () => {
  it('leaves an event of the journal an event, whatever the secrets are', () => {
    const words = [
      'pass',
      'load',
      'load.second',
      'check.result',
      'status',
      'failures',
      '1234',
      'route_calculated',
      'completed',
      'publish_failed',
    ];
    const check = {
      ...{ type: 'check.result', t: 1234.5, check: 'load', title: 'a load', why: 'to pass', status: 'pass' },
      ...{ observed: 'user 1234 got a pass', durationMs: 1234 },
    };
    const samples = [{ name: 'log.matches', value: 1234, attributes: { backend: 'load', pattern: 'publish_failed' } }];
    const reading = { type: 'sample', t: 1, sampler: 'load', samples };
    const word = fc.oneof(fc.constantFrom(...words), fc.string({ minLength: 4, maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (secrets) => {
        const redactor = new Redactor();
        for (const secret of secrets) redactor.add(secret);
        const clean = journalEvent.parse(redactor.redactData(check)) as Extract<JournalEvent, { type: 'check.result' }>;
        expect(clean).toMatchObject({ type: 'check.result', t: 1234.5, check: 'load', status: 'pass', durationMs: 1234 });
        if (secrets.includes('pass')) expect(clean.observed).not.toMatch(/\bpass\b/);
        expect(journalEvent.parse(redactor.redactData(reading))).toEqual(reading);
      }),
    );
  });

  it("takes secrets out of the target's own words, also where they are keys, and loses no count", () => {
    const redactor = new Redactor();
    redactor.add('hunter2');
    const failures = { 'error hunter2': 3, 'error ?token=a': 1, 'error ?token=b': 2 };
    const clean = redactor.redactData({ tasks: { ask: { failures, latency: [1, 2] } }, pushes: { 'a hunter2': 1 } });
    expect(Object.keys(clean.tasks.ask.failures).map(shown)).toEqual(['error <secret>', 'error ?token=<secret>', 'error ?token=<secret>']);
    expect(Object.values(clean.tasks.ask.failures)).toEqual([3, 1, 2]);
    expect(clean.tasks.ask.latency).toEqual([1, 2]);
    expect(shown(Object.keys(clean.pushes)[0] ?? '')).toBe('a <secret>');
  });

  it("takes out what stands in another tool's names, and why a file is missing", () => {
    const { redactData } = new Redactor();
    const rows = [{ name: '/ws/u?token=abc', errors: { 'ConnectionError(redis://:pw1@h)': 2 } }];
    expect(shown(JSON.stringify(redactData({ type: 'external.summary', rows })))).not.toMatch(/abc|pw1/);
    expect(redactData({ type: 'evidence.file', reason: 'cannot reach redis://:pw1@h' }).reason).not.toContain('pw1');
  });

  it('keeps a document JSON, with environments and commands of Redis without their secrets', () => {
    const redactor = new Redactor();
    redactor.add('running');
    redactor.add('6379');
    const content = {
      ...{ status: 'running', port: 6379, password: 12345678, tokens: 12 },
      Env: ['TZ=UTC', 'FOO=hidden', 'PORT=6379'],
      env: { FOO: 'hidden', LOG_LEVEL: 'info', NONE: null },
      slowLog: [{ args: ['AUTH', 'app', 'hidden'] }, { args: ['CONFIG', 'SET', 'requirepass', 'hidden'] }, { args: ['GET', 'a'] }],
      spec: { env: [{ name: 'FOO', value: 'hidden' }] },
    };
    const text = `${JSON.stringify(content, undefined, 2)}\n`;
    const clean = redactor.for('docker/before.json').redactFile(text);
    expect(clean).not.toMatch(/hidden|12345678/);
    const data = JSON.parse(clean);
    expect(data).toMatchObject({ status: 'running', port: 6379, tokens: 12, Env: ['TZ=UTC', expect.any(String), 'PORT=6379'] });
    expect(data.env).toMatchObject({ LOG_LEVEL: 'info', NONE: null });
    expect(data.slowLog[2]).toEqual({ args: ['GET', 'a'] });
    const plain = `${JSON.stringify({ a: ['b', 1], c: { d: null } }, undefined, 2)}\n`;
    expect(redactor.for('a.json').redactFile(plain)).toBe(plain);
  });
});

/** Strings in which the structures stand that secrets are found by. */
const pieces = [
  ...[
    'password=',
    '"password": "',
    'token: ',
    '?token=',
    '&',
    '://',
    'redis://',
    ':',
    '@',
    'Authorization: ',
    'Bearer ',
    'Basic ',
    '"',
    "'",
    '\\',
    '\\"',
  ],
  ...[
    '\n',
    ' ',
    ',',
    ';',
    '{',
    '}',
    '[',
    ']',
    'Env',
    '"Env": [',
    'environment:\n',
    '  - ',
    'A=',
    'PATH=',
    '%3D',
    '%26',
    '%',
    '=',
    '<',
    '>',
    'eyJ',
    '.',
  ],
  ...[
    'requirepass ',
    'user a on >',
    '"AUTH" "',
    'Cookie: ',
    'secret',
    'AKIA',
    '<redacted>',
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
  ],
  ...['proxy_set_header X-Token ', 'set $secret ', ' -e X=', '$', 'abcdef', '12', 'IDENTIFIED BY '],
];
const surroundings = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: 'grapheme' }) }),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

/** What is no mere word and no part of a token. */
const secretText = fc
  .string({ minLength: 6, maxLength: 40, unit: fc.constantFrom(...'abcXYZ019-_.:/+@"\\ %&=<ü경'.split('')) })
  .filter((text) => /\d/.test(text) && /[^\w.]/.test(text.trim()) && text.trim().length >= 6 && !'<redacted:secret-'.includes(text.trim()));

const RUNS = { numRuns: 1000 };

describe('whatever the text is', () => {
  it('a known secret is not in what is left', () => {
    fc.assert(
      fc.property(secretText, surroundings, surroundings, (secret, before, after) => {
        const redactor = new Redactor();
        redactor.add(secret);
        expect(redactor.redact(before + secret + after)).not.toContain(secret);
        expect(redactor.redact(`${before}${encodeURIComponent(secret)}${after}`)).not.toContain(encodeURIComponent(secret));
        const base64 = Buffer.from(`u:${secret}`).toString('base64');
        expect(redactor.redact(`${before} ${base64} ${after}`)).not.toContain(base64);
        expect(JSON.stringify(redactor.redactData({ message: before + secret + after }))).not.toContain(
          JSON.stringify(secret).slice(1, -1),
        );
      }),
      RUNS,
    );
  });

  it('a second time changes nothing', () => {
    fc.assert(
      fc.property(surroundings, fc.option(secretText, { nil: undefined }), (text, secret) => {
        const redactor = new Redactor();
        if (secret !== undefined) redactor.add(secret);
        const once = redactor.redact(secret === undefined ? text : `${text}${secret}${text}`);
        expect(redactor.redact(once)).toBe(once);
        expect(redactor.find(once, true)).toEqual({});
      }),
      RUNS,
    );
  });

  it('a text without secrets stays what it is', () => {
    const word = fc.oneof(
      fc.uuid(),
      fc.string({ minLength: 7, maxLength: 64, unit: fc.constantFrom(...'0123456789abcdef'.split('')) }),
      fc.constantFrom(
        'route_calculated',
        'temp_42',
        '경로 계산 완료',
        'GET',
        '/health',
        'HTTP/1.1',
        '200',
        '12.5 ms',
        'user=7',
        'id: 9',
        '[INFO]',
        '{"type":"x"}',
      ),
    );
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom(' ', '\n', ', '), (words, gap) => {
        const redactor = new Redactor();
        redactor.add('another-Secret-1');
        expect(redactor.redact(words.join(gap))).toBe(words.join(gap));
      }),
      RUNS,
    );
  });

  it('a secret that is cut by chunks is found', () => {
    fc.assert(
      fc.property(secretText, surroundings, surroundings, fc.array(fc.nat(200), { maxLength: 8 }), (secret, before, after, cuts) => {
        const redactor = new Redactor();
        redactor.add(secret);
        const text = `${before}\n${secret}${after}`;
        const ends = [...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
        const stream = redactor.for('a.log').stream();
        const clean = ends.map((end, index) => stream.push(text.slice(ends[index - 1] ?? 0, end))).join('') + stream.end();
        expect(clean).not.toContain(secret);
      }),
      RUNS,
    );
  });
});

describe('a stream', () => {
  it('gives each line when it is whole', () => {
    const stream = new Redactor().for('a').stream();
    expect(stream.push('one\ntw')).toBe('one\n');
    expect(stream.push('o\n')).toBe('two\n');
    expect(stream.push('three')).toBe('');
    expect(stream.end()).toBe('three');
  });

  it('holds no line for ever, and cuts none within a secret', () => {
    const redactor = new Redactor();
    const secret = 'correct horse, battery; staple 1';
    redactor.add(secret);
    for (let offset = 0; offset < 5; offset++) {
      const stream = redactor.for('a').stream();
      const text = `${'x'.repeat(offset * 7)} ${`some text password=abc99 ${secret} `.repeat(8_000)}`;
      let clean = '';
      let mostHeld = 0;
      for (let at = 0; at < text.length; at += 50_000) {
        clean += stream.push(text.slice(at, at + 50_000));
        mostHeld = Math.max(mostHeld, Math.min(at + 50_000, text.length) - clean.length);
      }
      clean += stream.end();
      expect(clean).not.toMatch(/correct|horse|battery|staple|abc99/);
      expect(countTokens(clean)).toEqual({ secret: 16_000 });
      expect(mostHeld).toBeLessThan(1024 * 1024);
    }
  });

  it('remembers a private key over the lines of a log, and lets others be', () => {
    const lines = new Redactor().for('a').lines();
    const text = [
      '1 x -----BEGIN PRIVATE KEY-----',
      '2 x MIIEvQIBADANBgkq',
      '3 x GET /health 200',
      '4 x hkiG9w==',
      '5 x -----END PRIVATE KEY-----',
      '6 x MIIEvQIBADANBgkq',
    ];
    expect(text.map((line) => shown(lines(`${line}\n`)))).toEqual([
      ...['1 x <private-key>\n', '2 x <secret>\n', '3 x GET /health 200\n', '4 x <secret>\n', '5 x <secret>\n', '6 x MIIEvQIBADANBgkq\n'],
    ]);
  });
});
