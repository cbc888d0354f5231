import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePrinted, readNginx, readNginxConfig } from '../../../src/clients/nginx.js';
import { FakeDocker } from '../../helpers/fake-docker.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-conf-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

const PRINTED = `# configuration file /etc/nginx/nginx.conf:
events {}
http {
  include mime.types;
  include /etc/nginx/conf.d/*.conf;
}

# configuration file /etc/nginx/mime.types:
types { text/html html; }

# configuration file /etc/nginx/conf.d/b.conf:
server { listen 81; }

# configuration file /etc/nginx/conf.d/a.conf:
# a comment: of its own
upstream a { ip_hash; server fastapi:8001; }
`;

describe('a folder', () => {
  it('is its nginx.conf with what that includes', async () => {
    await write({
      'nginx.conf': 'http { include conf.d/*.conf; }',
      'conf.d/a.conf': 'server { listen 81; }',
      'other.conf': 'server { listen 82; }',
    });
    const config = await readNginxConfig(folder);
    expect(config.files.map((file) => path.relative(folder, file))).toEqual(['nginx.conf', path.join('conf.d', 'a.conf')]);
    expect(config.find('listen').map(({ args }) => args[0])).toEqual(['81']);
  });

  it('is all its *.conf together where there is no nginx.conf', async () => {
    await write({ 'b.conf': 'server { listen 81; }', 'a.conf': 'upstream a { server b:1; }', 'notes.txt': 'x' });
    const config = await readNginxConfig(folder);
    expect(config.files.map((file) => path.relative(folder, file))).toEqual(['a.conf', 'b.conf']);
    expect(config.directives.map(({ name }) => name)).toEqual(['upstream', 'server']);
  });

  it('is refused where it has none', async () => {
    await expect(readNginxConfig(folder)).rejects.toThrow(`${folder}: no *.conf is in this folder`);
  });
});

describe('parsePrinted', () => {
  it('puts the files of nginx -T in their places', async () => {
    const config = await parsePrinted(PRINTED);
    expect(config.files).toEqual([
      '/etc/nginx/nginx.conf',
      '/etc/nginx/mime.types',
      '/etc/nginx/conf.d/a.conf',
      '/etc/nginx/conf.d/b.conf',
    ]);
    expect(config.find('http')[0]?.block?.map(({ name }) => name)).toEqual(['types', 'upstream', 'server']);
    expect(config.upstreams()[0]).toMatchObject({ method: 'ip_hash', servers: ['fastapi:8001'], file: '/etc/nginx/conf.d/a.conf' });
    expect(config.missing).toEqual([]);
  });

  it('takes nothing else for it', async () => {
    await expect(parsePrinted('nginx version: nginx/1.27')).rejects.toThrow('nginx -T printed no configuration');
  });
});

describe('readNginx', () => {
  const inContainer = (config?: string) => ({
    upstream: '',
    method: '',
    container: 'kindmap-nginx',
    ...(config !== undefined && { config }),
  });

  function engine(program: FakeDocker['program']): FakeDocker {
    const docker = new FakeDocker();
    docker.add({ id: 'n1', name: 'kindmap-nginx' });
    docker.program = program;
    return docker;
  }

  it('prefers the container, where nginx itself says what it has', async () => {
    await write({ 'nginx.conf': 'events {}' });
    const docker = engine(() => ({ exitCode: 0, stdout: PRINTED }));
    const reading = await readNginx(inContainer(folder), docker);
    expect(reading).toMatchObject({ from: 'nginx -T in kindmap-nginx', container: { name: 'kindmap-nginx' } });
    expect(docker.asked.execs).toEqual([['nginx', '-T']]);
  });

  it('reads the files in the container where nginx would not start with them', async () => {
    const files: Record<string, string> = {
      '/etc/nginx/nginx.conf': 'http { include conf.d/*.conf; include gone; }',
      '/etc/nginx/conf.d/a.conf': 'server { listen 81; }',
    };
    const failure =
      'nginx: [emerg] host not found in upstream "fastapi" in /etc/nginx/conf.d/a.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed';
    const docker = engine(([program, file = '', , , pattern]) => {
      if (program === 'nginx') return { exitCode: 1, stderr: failure };
      if (program === 'sh') return { exitCode: 0, stdout: pattern === '/etc/nginx/conf.d/*.conf' ? '/etc/nginx/conf.d/a.conf\n' : '' };
      return files[file] === undefined ? { exitCode: 1 } : { exitCode: 0, stdout: files[file] };
    });
    const reading = await readNginx(inContainer(), docker);
    expect(reading?.from).toBe(
      '/etc/nginx/nginx.conf in kindmap-nginx (nginx would not start with it now: host not found in upstream "fastapi" in /etc/nginx/conf.d/a.conf:1)',
    );
    expect(reading?.configuration.find('listen')).toHaveLength(1);
    expect(reading?.configuration.missing).toEqual(['/etc/nginx/gone']);
  });

  it('reads the file where the container cannot be read, and says why; without one it rejects', async () => {
    await write({ 'nginx.conf': 'events {}' });
    const docker = engine(() => ({ exitCode: 127, stderr: 'nginx: not found' }));
    expect((await readNginx(inContainer(folder), docker))?.from).toBe(
      `${folder}, since the container could not be read (nginx -T in kindmap-nginx ended with 127: nginx: not found)`,
    );
    await expect(readNginx(inContainer(), docker)).rejects.toThrow('ended with 127: nginx: not found');
    await expect(readNginx({ ...inContainer(), container: 'other' }, docker)).rejects.toThrow('there is no container other');
  });

  it('has nothing to read where nothing is configured', async () => {
    expect(await readNginx(undefined)).toBeUndefined();
    expect(await readNginx({ upstream: '', method: '', statusUrl: 'http://a/' }, new FakeDocker())).toBeUndefined();
  });
});
