import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { freePort } from '../helpers/free-port.js';
import { type RedisServer, startRedis } from '../helpers/redis-server.js';
import { until } from '../helpers/until.js';
import { startWsTarget, type WsTarget } from '../helpers/ws-target.js';
import { engineOrSkip } from '../stack/engine.js';
import { Containers } from '../stack/one-container.js';

const describe = await engineOrSkip();

/** What nobody may find afterwards, by where it was put. */
const planted = new Map<string, string>();

function plant(where: string, secret = `${randomBytes(9).toString('base64url')}7x`): string {
  planted.set(where, secret);
  return secret;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (): string => `${base64url({ alg: 'HS256' })}.${base64url({ sub: randomUUID() })}.${randomBytes(32).toString('base64url')}`;
const basic = (password: string): string => Buffer.from(`monitor:${password}`).toString('base64');

/** What must still be there. */
const ids = {
  route: randomUUID(),
  commit: randomBytes(20).toString('hex'),
  digest: `sha256:${randomBytes(32).toString('hex')}`,
  user: 'temp_0042',
};

function secretsOfLog(): string {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const line of pem.split('\n').slice(1, -2)) plant(`PEM ${line.slice(0, 5)}`, line);
  return [
    `INFO route ${ids.route} of ${ids.user}, build ${ids.commit}, image ${ids.digest}`,
    `GET /api/v1/ws/${ids.user}?token=${plant('JWT in a log', jwt())}&x=1 HTTP/1.1`,
    `GET /cb?next=%2Fws%3Faccess_token%3D${plant('token in an escaped URL')}%26x%3D1`,
    `upstream: redis://:${plant('Redis URL in a log')}@10.0.0.5:6379/0 refused`,
    `could not connect to postgresql+asyncpg://app:${plant('PostgreSQL URL in a log')}@db:5432/kindmap`,
    `request headers: {'authorization': 'Bearer ${plant('bearer in a log')}', 'x-api-key': '${plant('API key in a log')}'}`,
    `Authorization: Basic ${basic(plant('basic auth in a log'))}`,
    `Cookie: sessionid=${plant('cookie in a log')}; theme=dark`,
    `{"event":"login","password":"${plant('JSON in a log')}","nested":"{\\"refresh_token\\":\\"${plant('JSON within JSON')}\\"}"}`,
    `AWS_ACCESS_KEY_ID=${plant('AWS key id', `AKIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`)} retry`,
    `aws_secret_access_key=${plant('AWS secret', randomBytes(30).toString('base64').replaceAll('+', 'a'))}`,
    `environ({'TZ': 'UTC', 'FEED_LOCATION': '${plant('environment in a log')}'})`,
    `login as ${plant('GitHub token', `ghp_${randomBytes(18).toString('hex')}`)} failed`,
    `started: celery -A app worker --password ${plant('option in a log')} -l info`,
    `ACL SETUSER worker on >${plant('ACL in a log')} ~* +@all`,
    `CONFIG SET requirepass ${plant('requirepass in a log')}`,
    `form body: username=a%40b.c&password=${encodeURIComponent(plant('form in a log', `p&ss wörd/${randomBytes(6).toString('hex')}`))}`,
    pem.trimEnd(),
    `INFO end of ${ids.route}`,
    '',
  ].join('\n');
}

function nginxConf(): string {
  return `events {}
http {
  upstream fastapi_backend { least_conn; server 10.0.0.1:8000; }
  server {
    auth_basic "x"; # operator:${plant('htpasswd', `$apr1$${randomBytes(4).toString('hex')}$${randomBytes(11).toString('hex')}`)}
    set $upstream_token "${plant('nginx set')}";
    if ($arg_token != "${plant('nginx if')}") { return 403; }
    location / {
      proxy_set_header Authorization "Basic ${basic(plant('nginx basic'))}";
      proxy_set_header X-Api-Key ${plant('nginx header')};
      proxy_pass http://svc:${plant('nginx proxy_pass')}@fastapi_backend;
      secure_link_md5 "$secure_link_expires$uri ${plant('nginx secure_link')}";
    }
  }
}
`;
}

/** Every form in which a secret could be found again. Made here, and not by what is tested. */
function forms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, json, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, ''), basic(secret)])];
}

function textsBelow(folder: string): [string, string][] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    return [path, (path.endsWith('.gz') && !path.endsWith('.tar.gz') ? gunzipSync(bytes) : bytes).toString('utf8')];
  });
}

function found(texts: readonly (readonly [string, string])[]): string[] {
  return texts.flatMap(([path, text]) =>
    [...planted].filter(([, secret]) => forms(secret).some((form) => text.includes(form))).map(([where]) => `${where} in ${path}`),
  );
}

describe('a run in whose surroundings secrets are planted', () => {
  let folder: string;
  let redis: RedisServer;
  let target: WsTarget;
  let containers: Containers;
  let evidence: Evidence;
  let container: string;
  const outputs: [string, string][] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadwitness-secrets-'));
    const redisPassword = plant('password of Redis', `r&d/"s ${randomBytes(6).toString('hex')}`);
    redis = await startRedis({ args: ['--requirepass', redisPassword, '--slowlog-log-slower-than', '0'] });
    await fillRedis(redis.port, redisPassword);
    const refusal = `bad token=${plant('token in an error code')} at redis://u:${plant('URL in an error code')}@h`;
    let replies = 0;
    target = await startWsTarget({
      onMessage: (message, socket) => {
        if (++replies % 3 === 0)
          return socket.send(JSON.stringify({ type: 'error', data: { code: refusal, message: refusal }, code: refusal }));
        const reply =
          message.type === 'start_navigation' ? { type: 'route_calculated', route_id: ids.route } : { type: 'navigation_update' };
        return socket.send(JSON.stringify(reply));
      },
      onSocket: (socket) => {
        if (Math.random() < 0.2) setTimeout(() => socket.close(4001, `token=${planted.get('token in an error code')}`), 2_000);
      },
    });
    containers = await Containers.prepare();
    container = await startContainer(containers);
    const config = configFile(folder, { target, redis, redisPassword, container, statusPort: await freePort() });
    const env = { PLANTED_JWT_SECRET: plant('secret that signs tokens') };
    const out = join(folder, 'out');
    const args = ['--config', config, '--out', out, '--stages', '6@6:14s', '--think-time', '1', '--interval', '1'];
    const cli = startCli(['run', ...args, '--no-preflight'], env);
    const cut = cli.ended.then((code) => Promise.reject(new Error(`the run ended with ${code}: ${cli.stderr()}`)));
    const hasBegun = () => readdirSync(folder).includes('out') && Evidence.only(out).of('load.second').length > 0;
    await Promise.race([cut, until('users', hasBegun, 60_000)]);
    cut.catch(() => {}); // From here on it may end.
    await writeInPieces(join(folder, 'app.log'), secretsOfLog());
    await cli.ended;
    outputs.push(['stdout', cli.stdout()], ['stderr', cli.stderr()]);
    evidence = Evidence.only(out);
    const second = await runCli(['run', ...args.map((arg) => (arg === out ? join(folder, 'checked') : arg))], env);
    outputs.push(['stdout of the second', second.stdout], ['stderr of the second', second.stderr]);
  }, 240_000);

  afterAll(async () => {
    await endAll();
    await containers?.end();
    await target?.close();
    await redis?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('plants forty of them at least, and collects what they are in', () => {
    expect(planted.size).toBeGreaterThanOrEqual(40);
    const collected = evidence
      .of('evidence.file')
      .filter(({ status }) => status !== 'missing')
      .map(({ path }) => path);
    expect(collected).toEqual(
      expect.arrayContaining(['redis/before.json', 'docker/before.json', 'nginx/before.conf', 'logs/app.log.gz', 'logs/boxed.log.gz']),
    );
    const texts = textsBelow(evidence.folder)
      .map(([, text]) => text)
      .join('\n');
    // Each place is there, and only what was secret in it is not.
    for (const place of [
      'login as <redacted',
      'FEED_LOCATION',
      'proxy_pass http://svc:<redacted',
      'secure_link_md5',
      'bad token=<redacted',
      'STATIONS_FEED',
      'boxed end',
    ]) {
      expect(texts).toContain(place);
    }
  });

  it('has none of them in any file or on the screen', () => {
    expect(found(textsBelow(join(folder, 'out')))).toEqual([]);
    expect(found(textsBelow(join(folder, 'checked')))).toEqual([]);
    expect(found(outputs)).toEqual([]);
  });

  it('had to put no file in quarantine', () => {
    expect(readdirSync(join(folder, 'out'))).toHaveLength(1);
    expect(readdirSync(join(folder, 'checked'))).toHaveLength(1);
  });

  it('leaves ordinary ids readable', () => {
    const log = gunzipSync(readFileSync(join(evidence.folder, 'logs/app.log.gz'))).toString();
    for (const id of Object.values(ids)) expect(log).toContain(id);
    const docker = evidence.json('docker/before.json');
    expect(docker.containers[0]).toMatchObject({ component: 'boxed', name: container, id: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(docker.containers[0].env).toMatchObject({ TZ: 'UTC', LOG_LEVEL: 'info' });
    expect(evidence.of('run.start')[0]).toMatchObject({ target: target.url, backends: ['app', 'told', 'boxed'] });
  });

  it('gives the same secret the same token in every file', () => {
    const password = evidence.json('config.json').redis.url;
    const [token = ''] = /<redacted:[^>]+>/.exec(password) ?? [];
    const log = gunzipSync(readFileSync(join(evidence.folder, 'logs/boxed.log.gz'))).toString();
    expect(token).not.toBe('');
    expect(log).toContain(`cache password: ${token}`);
  });

  it('has none of them in its bundle', async () => {
    const bundle = join(folder, 'bundle.tar.gz');
    const { code, stderr } = await runCli(['bundle', evidence.folder, '--out', bundle]);
    expect(code, stderr).toBe(0);
    const unpacked = mkdtempSync(join(folder, 'unpacked-'));
    execFileSync('tar', ['-xzf', bundle, '-C', unpacked]);
    const texts = textsBelow(unpacked);
    expect(found(texts)).toEqual([]);
    expect(texts.map(([path]) => path).filter((path) => path.endsWith('app.log.gz'))).toHaveLength(1);
  });

  /** Commands whose arguments are secret, for the slow log. */
  async function fillRedis(port: number, password: string): Promise<void> {
    const client = new Redis({ host: '127.0.0.1', port, password });
    await client.config('SET', 'masterauth', plant('masterauth'));
    await client.call('ACL', 'SETUSER', 'worker', 'on', `>${plant('ACL of Redis')}`, '~*', '+@all');
    await client.set('session:1', JSON.stringify({ user: ids.user, access_token: plant('value in Redis') }));
    await client.lpush('celery', `amqp://guest:${plant('URL in Redis')}@mq:5672//`);
    await client.publish('kindmap_events', `Bearer ${plant('message in Redis')}`);
    await client.quit();
  }

  /** Its log is written in pieces that end anywhere. */
  async function startContainer(some: Containers): Promise<string> {
    const lines = [
      `cache password: ${planted.get('password of Redis')}`,
      `Bearer ${plant('bearer in the log of a container')}`,
      `"GET /ws?token=${plant('JWT in the log of a container', jwt())} HTTP/1.1" 403`,
      'boxed end',
    ];
    const script = `const text = process.env.TEXT; let at = 0; setInterval(() => { process.stdout.write(text.slice(at, at + 7)); at = at + 7 < text.length ? at + 7 : 0; }, 5)`;
    const unremarkable = plant('variable with an ordinary name');
    return await some.run('boxed', script, {
      Env: [
        ...[
          'TZ=UTC',
          'LOG_LEVEL=info',
          `TEXT=${lines.join('\n')}\n`,
          `STATIONS_FEED=${unremarkable}`,
          `DB_PASSWORD=${plant('DB_PASSWORD')}`,
        ],
        `DATABASE_URL=postgres://app:${plant('DATABASE_URL')}@db/x`,
      ],
      Labels: { 'traefik.auth': `admin:${plant('label of a container')}`, 'com.docker.compose.service': 'boxed' },
    });
  }

  interface Parts {
    target: WsTarget;
    redis: RedisServer;
    redisPassword: string;
    container: string;
    statusPort: number;
  }

  function configFile(at: string, parts: Parts): string {
    const told = `console.log('started with ' + process.argv[2]); setInterval(() => {}, 1000)`;
    writeFileSync(join(at, 'app.log'), '');
    writeFileSync(join(at, 'nginx.conf'), nginxConf());
    writeFileSync(join(at, 'nginx-error.log'), '');
    writeFileSync(join(at, 'told.cjs'), told);
    const file = join(at, 'config.yaml');
    const content = {
      target: parts.target.url,
      identity: 'minted',
      minted: { secret_env: 'PLANTED_JWT_SECRET' },
      test_accounts: [
        { email: 'a@example.org', password: plant('password of an account') },
        { email: 'b@example.org', password: plant('password with quotes', `q"'<&>ü ${randomBytes(6).toString('hex')}`) },
      ],
      infrastructure: {
        redis: { url: `redis://:${encodeURIComponent(parts.redisPassword)}@127.0.0.1:${parts.redis.port}/0` },
        nginx: {
          config: join(at, 'nginx.conf'),
          error_log: join(at, 'nginx-error.log'),
          status_url: `http://watcher:${plant('password of the status page')}@127.0.0.1:${parts.statusPort}/status`,
        },
        backends: [
          { name: 'app', log: join(at, 'app.log') },
          { name: 'told', log_command: [process.execPath, join(at, 'told.cjs'), `--token=${plant('option of a command')}`] },
          { name: 'boxed', container: parts.container },
        ],
      },
    };
    writeFileSync(file, stringify(content), { mode: 0o600 });
    return file;
  }

  async function writeInPieces(file: string, text: string): Promise<void> {
    for (let at = 0; at < text.length; ) {
      const length = 1 + Math.floor(Math.random() * 60);
      appendFileSync(file, text.slice(at, at + length));
      at += length;
      await sleep(3);
    }
  }
});
