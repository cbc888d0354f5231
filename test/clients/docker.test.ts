import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ContainerEvent, type ContainerStats, connectDocker, type DockerClient, type LogChunk } from '../../src/clients/docker.js';
import { type Certificates, makeCertificates } from '../helpers/certificates.js';
import { freePort } from '../helpers/free-port.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { Containers } from '../stack/one-container.js';
import { EngineProxy } from './docker/engine-proxy.js';

const describe = await engineOrSkip();
const TICKS = "setInterval(()=>console.log('tick'),100)";
const TIMED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;

/** Reads a stream in the background. */
function follow<T>(source: AsyncIterable<T>): { items: T[]; ended: Promise<unknown> } {
  const items: T[] = [];
  const ended = (async () => {
    for await (const item of source) items.push(item);
    return 'ended';
  })().catch((error: unknown) => error);
  return { items, ended };
}

async function textOf(source: AsyncIterable<LogChunk>, stream: LogChunk['stream']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) if (chunk.stream === stream) chunks.push(chunk.data);
  return Buffer.concat(chunks).toString();
}

describe('the Docker client', () => {
  let containers: Containers;
  let docker: DockerClient;
  const abort = new AbortController();
  const { signal } = abort;
  beforeAll(async () => {
    containers = await Containers.prepare();
    docker = connectDocker({ deadlineMs: 20_000 });
  }, 240_000);
  afterAll(async () => {
    abort.abort();
    docker?.close();
    await containers?.end();
  });

  it('tells what the Engine is, and that its containers are processes of this machine', async () => {
    await containers.run('local', TICKS);
    const engine = await docker.engine();
    expect(Math.abs(engine.time - Date.now())).toBeLessThan(60_000);
    expect(engine).toMatchObject({ cores: expect.any(Number), memory: expect.any(Number), isLocal: true });
    expect(engine.version).toMatch(/^\d+\.\d+/);
  });

  it('finds containers by name, service and label together, in the order of their numbers', async () => {
    const Labels = { 'com.docker.compose.service': containers.nameOf('app'), tier: 'front' };
    for (const n of [10, 2]) await containers.run(`found-${n}`, TICKS, { Labels });
    await containers.run('found-other', TICKS);
    const names = async (selector: Parameters<DockerClient['find']>[0]) => (await docker.find(selector)).map(({ name }) => name);
    const both = [containers.nameOf('found-2'), containers.nameOf('found-10')];
    expect(await names({ service: containers.nameOf('app') })).toEqual(both);
    expect(await names({ name: `lw-found-*-${containers.suffix}` })).toEqual([...both, containers.nameOf('found-other')]);
    expect(await names({ name: `lw-found-*-${containers.suffix}`, label: 'tier=front' })).toEqual(both);
    expect(await names({ name: `*-${containers.suffix}`, label: 'tier' })).toEqual(both);
    expect(await names({ name: containers.nameOf('found-1') })).toEqual([]);
    expect(await names({ name: `found-2-${containers.suffix}` })).toEqual([]);
  });

  it('tells what a container is, may use and where it is reached', async () => {
    const port = await freePort();
    const name = await containers.run('facts', TICKS, {
      Env: ['TOKEN=a=b', 'EMPTY='],
      ExposedPorts: { '8001/tcp': {}, '9/udp': {} },
      HostConfig: {
        PortBindings: { '8001/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
        CpuPeriod: 50_000,
        CpuQuota: 75_000,
        Memory: 256 * 1024 * 1024,
      },
    });
    const facts = await docker.inspect(name);
    expect(facts).toMatchObject({
      name,
      image: containers.image,
      running: true,
      status: 'running',
      restartCount: 0,
      tty: false,
      cpuQuota: 1.5,
      memoryLimit: 256 * 1024 * 1024,
      env: { TOKEN: 'a=b', EMPTY: '' },
      ports: [{ containerPort: 8001, hostAddress: '127.0.0.1', hostPort: port }],
      addresses: [{ network: 'bridge', ipv4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/), gateway: expect.any(String) }],
    });
    expect(facts.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(facts.health).toBeUndefined();
    expect(await docker.imageDigests(facts.imageId)).toEqual([]);
    expect(await docker.inspect(facts.id)).toEqual(facts);
  });

  it('says that there is no container of a name, also to those who want its logs or its statistics', async () => {
    const missing = { name: 'NoContainerError', message: expect.stringMatching(/^Docker at unix:.*: there is no container lw-nobody$/) };
    await expect(docker.inspect('lw-nobody')).rejects.toMatchObject(missing);
    await expect(docker.exec('lw-nobody', ['true'])).rejects.toMatchObject(missing);
    await expect(docker.stats('lw-nobody', signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject(missing);
    const logs = docker.logs('lw-nobody', { since: '0', follow: true }, signal);
    await expect(logs[Symbol.asyncIterator]().next()).rejects.toMatchObject(missing);
  });

  it('streams raw counters until the container stops', async () => {
    const name = await containers.run('stats', 'setInterval(()=>{for(let i=0;i<1e6;i++);},20)');
    const { items, ended } = follow<ContainerStats>(docker.stats(name, signal));
    await until('three messages', () => items.length >= 3);
    const [first, , third] = items as [ContainerStats, ContainerStats, ContainerStats];
    expect(third.cpuTotal).toBeGreaterThan(first.cpuTotal);
    expect(third.systemTotal).toBeGreaterThan(first.systemTotal);
    expect(third.read).toBeGreaterThan(first.read);
    expect(first).toMatchObject({
      onlineCpus: (await docker.engine()).cores,
      received: expect.any(Number),
      transmitted: expect.any(Number),
    });
    expect(first.memoryUsage).toBeGreaterThan(1024 * 1024);
    expect(first.inactiveFile).toBeLessThanOrEqual(first.memoryUsage);
    expect(first.memoryLimit).toBeGreaterThan(first.memoryUsage);
    expect(first.pids).toBeGreaterThan(0);
    await containers.kill(name);
    expect(await ended).toBe('ended');
    expect(items.every(({ cpuTotal, memoryUsage }) => cpuTotal > 0 && memoryUsage > 0)).toBe(true);
    expect(await follow(docker.stats(name, signal)).ended).toBe('ended');
  });

  it('ends the statistics of a container that is started again, so that no counter falls within one stream', async () => {
    // It works for a second at its first start and never again, so that the counter of the second start stays below.
    const work = "const fs=require('fs');if(!fs.existsSync('/was'))for(fs.writeFileSync('/was','');process.uptime()<2;);";
    const name = await containers.run('again', `${work}setInterval(()=>{},1000)`);
    const { items, ended } = follow<ContainerStats>(docker.stats(name, signal));
    await until('half a second of CPU', () => (items.at(-1)?.cpuTotal ?? 0) > 5e8);
    await containers.restart(name);
    expect(await ended).toBe('ended');
    const totals = items.map(({ cpuTotal }) => cpuTotal);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
  });

  it('streams events with the names of what they are about, from a time on, and not those of looking in', async () => {
    const since = (await docker.engine()).time - 1000;
    const name = await containers.run('events', 'setTimeout(()=>process.exit(7),500)');
    const stop = new AbortController();
    const { items, ended } = follow<ContainerEvent>(docker.events(since, stop.signal));
    const own = () => items.filter((event) => event.name === name);
    await docker.exec(name, ['true']);
    await until('its end', () => own().some(({ action }) => action === 'die'));
    expect(own().map(({ action }) => action)).toEqual(['create', 'start', 'die']);
    expect(own().at(-1)?.attributes).toMatchObject({ exitCode: '7', image: containers.image });
    expect(own()[0]?.time).toBeGreaterThanOrEqual(since);
    stop.abort();
    expect(await ended).toBe('ended');
  });

  it('tells standard output and standard error apart, and gives each line one time, however long it is', async () => {
    const name = await containers.run('logs', "console.log('o'.repeat(50_000));console.error('e');console.log('가나다')");
    await until('its end', async () => !(await docker.inspect(name)).running);
    const read = () => docker.logs(name, { since: '0', follow: false }, signal);
    const lines = (await textOf(read(), 'stdout')).trimEnd().split('\n');
    expect(lines.map((line) => TIMED.test(line))).toEqual([true, true]);
    expect(lines.map((line) => line.replace(TIMED, ''))).toEqual(['o'.repeat(50_000), '가나다']);
    expect((await textOf(read(), 'stderr')).replace(TIMED, '')).toBe('e\n');
    const since = lines[1]?.split(' ')[0] ?? '';
    expect((await textOf(docker.logs(name, { since, follow: false }, signal), 'stdout')).replace(TIMED, '')).toBe('가나다\n');
  });

  it('follows a log until the container stops, without a line lost at the end', async () => {
    const name = await containers.run(
      'follow',
      "let n=0;const t=setInterval(()=>{console.error('line '+n);if(++n===20){clearInterval(t)}},20)",
    );
    const text = await textOf(docker.logs(name, { since: '0', follow: true }, signal), 'stderr');
    expect(text.match(/line \d+/g)).toEqual(Array.from({ length: 20 }, (_, n) => `line ${n}`));
  });

  it('passes the output of a terminal on as it is', async () => {
    const name = await containers.run('tty', "console.log('\\u001b[1mbold');console.error('both')", { Tty: true });
    await until('its end', async () => !(await docker.inspect(name)).running);
    const chunks = follow<LogChunk>(docker.logs(name, { since: '0', follow: false }, signal));
    await chunks.ended;
    expect(new Set(chunks.items.map(({ stream }) => stream))).toEqual(new Set(['stdout']));
    const lines = Buffer.concat(chunks.items.map(({ data }) => data))
      .toString()
      .trimEnd()
      .split('\r\n');
    expect(lines.map((line) => line.replace(TIMED, ''))).toEqual(['\u001b[1mbold', 'both']);
  });

  it('runs programs in a container, with their output, exit code and environment', async () => {
    const name = await containers.run('exec', TICKS);
    const script = "console.log('x'.repeat(100_000));console.error(process.env.SECRET);process.exitCode=3";
    const { exitCode, stdout, stderr } = await docker.exec(name, ['node', '-e', script], { env: { SECRET: 'hush' } });
    expect({ exitCode, stdout: stdout.length, stderr: stderr.toString() }).toEqual({ exitCode: 3, stdout: 100_001, stderr: 'hush\n' });
    expect([126, 127]).toContain((await docker.exec(name, ['no-such-program'])).exitCode);
  });

  it('gives up a program that takes too long, with the reason of who gave it up, or in its own words at a deadline', async () => {
    const name = await containers.run('slow', TICKS);
    const reason = new Error('enough');
    const stop = new AbortController();
    const running = docker.exec(name, ['sleep', '60'], { signal: stop.signal });
    await until('the sleep', async () => (await docker.exec(name, ['cat', '/proc/loadavg'])).exitCode === 0);
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(docker.exec(name, ['sleep', '60'], { signal: AbortSignal.timeout(300) })).rejects.toThrow(
      /^Docker at unix:.*: no answer in time$/,
    );
  });

  it('leaves no connection behind when a reader goes away', async () => {
    const name = await containers.run('leave', TICKS);
    const proxy = await EngineProxy.listen();
    const client = connectDocker({ host: `tcp://127.0.0.1:${proxy.port}` });
    for await (const _ of client.logs(name, { since: '0', follow: true }, signal)) break;
    for await (const _ of client.stats(name, signal)) break;
    // Only the idle one of the plain calls is kept.
    await until('the end of both streams', () => proxy.connections() <= 1);
    client.close();
    await until('the end of all', () => proxy.connections() === 0);
    await expect(client.inspect(name)).rejects.toThrow(/this client is closed$/);
    await proxy.close();
  });

  it('throws from every stream when the Engine is lost', async () => {
    const name = await containers.run('lost', TICKS);
    const proxy = await EngineProxy.listen();
    const client = connectDocker({ host: `tcp://127.0.0.1:${proxy.port}` });
    const streams = [
      follow(client.stats(name, signal)),
      follow(client.logs(name, { since: '0', follow: true }, signal)),
      follow(client.events(Date.now() - 60_000, signal)),
    ];
    await until('something from each', () => streams.every(({ items }) => items.length > 0));
    await proxy.close();
    for (const { ended } of streams) {
      expect(await ended).toMatchObject({
        name: 'DockerError',
        message: expect.stringContaining(`Docker at tcp://127.0.0.1:${proxy.port}: `),
      });
    }
    client.close();
  });

  it('throws from every stream when the Engine falls silent', async () => {
    const name = await containers.run('silent', TICKS);
    const proxy = await EngineProxy.listen();
    const client = connectDocker({ host: `tcp://127.0.0.1:${proxy.port}`, deadlineMs: 2_500 });
    const streams = [
      follow(client.stats(name, signal)),
      follow(client.logs(name, { since: '0', follow: true }, signal)),
      follow(client.events(Date.now() - 60_000, signal)),
    ];
    await until('something from each', () => streams.every(({ items }) => items.length > 0));
    proxy.freeze();
    for (const { ended } of streams) expect(await ended).toMatchObject({ name: 'DockerError' });
    await expect(client.inspect(name)).rejects.toThrow(`Docker at tcp://127.0.0.1:${proxy.port}: no answer within 2500 ms`);
    client.close();
    await proxy.close();
  });

  describe('over TLS', () => {
    let certificates: Certificates;
    let proxy: EngineProxy;
    let folder: string;
    beforeAll(async () => {
      certificates = await makeCertificates();
      const { ca, server, client } = certificates;
      const [key, cert, authority] = await Promise.all([server.key, server.cert, ca].map((file) => readFile(file)));
      proxy = await EngineProxy.listen({ key, cert, ca: authority, requestCert: true, rejectUnauthorized: true } as object);
      folder = path.join(certificates.folder, 'docker');
      await mkdir(folder);
      await copyFile(ca, path.join(folder, 'ca.pem'));
      await copyFile(client.cert, path.join(folder, 'cert.pem'));
      await copyFile(client.key, path.join(folder, 'key.pem'));
    });
    afterAll(async () => {
      await proxy.close();
      await certificates.end();
    });

    it('shows its certificate, named by an option or by the environment', async () => {
      const host = `tcp://127.0.0.1:${proxy.port}`;
      const byOption = connectDocker({ host, certPath: folder });
      expect((await byOption.engine()).isLocal).toBe(false);
      byOption.close();
      const byEnvironment = connectDocker({ env: { DOCKER_HOST: host, DOCKER_CERT_PATH: folder, DOCKER_TLS_VERIFY: '1' } });
      expect((await byEnvironment.engine()).version).toMatch(/^\d/);
      byEnvironment.close();
    });

    it('refuses an Engine whose certificate nobody vouches for', async () => {
      await copyFile(certificates.strangerCa, path.join(folder, 'ca.pem'));
      const client = connectDocker({ host: `tcp://127.0.0.1:${proxy.port}`, certPath: folder });
      await expect(client.engine()).rejects.toThrow(/^Docker at tcp:\/\/127\.0\.0\.1:\d+: .*(certificate|self-signed)/);
      client.close();
    });
  });

  it('goes through ssh as the docker command does', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-ssh-'));
    const log = path.join(folder, 'argv');
    // In the place of ssh: what `docker system dial-stdio` does on the other side.
    const script = `#!${process.execPath}
require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');
if (process.argv.includes('stranger')) { console.error('warning\\nstranger@host: Permission denied (publickey).'); process.exit(255); }
const engine = require('node:net').connect('/var/run/docker.sock');
process.stdin.pipe(engine).pipe(process.stdout);
`;
    await writeFile(path.join(folder, 'ssh'), script);
    await chmod(path.join(folder, 'ssh'), 0o755);
    const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH}` };
    const name = await containers.run('ssh', TICKS);
    const client = connectDocker({ host: 'ssh://somebody@far.example:2222', env, deadlineMs: 20_000 });
    expect((await client.inspect(name)).running).toBe(true);
    const { items, ended } = follow(client.logs(name, { since: '0', follow: true }, signal));
    await until('lines', () => items.length > 2);
    client.close();
    expect(await ended).toMatchObject({ name: 'DockerError' });
    const [first = ''] = (await readFile(log, 'utf8')).split('\n');
    const argv = JSON.parse(first) as string[];
    expect(argv.slice(0, 4)).toEqual(['-l', 'somebody', '-p', '2222']);
    expect(argv.slice(argv.indexOf('--'))).toEqual(['--', 'far.example', 'docker', 'system', 'dial-stdio']);
    const refused = connectDocker({ host: 'ssh://stranger@far.example', env, deadlineMs: 20_000 });
    await expect(refused.engine()).rejects.toThrow('Docker at ssh://stranger@far.example: stranger@host: Permission denied (publickey).');
    refused.close();
    await rm(folder, { recursive: true });
  });
});
