import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineHost } from '../../../src/clients/docker/host.js';
import { connectDocker } from '../../../src/clients/docker.js';
import { UsageError } from '../../../src/errors.js';

const NOTHING = {};

describe('the address of an Engine', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'loadwitness-host-'));
    for (const name of ['ca', 'cert', 'key']) writeFileSync(path.join(folder, `${name}.pem`), name);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['unix:///run/a.sock', { kind: 'socket', socketPath: '/run/a.sock', shown: 'unix:///run/a.sock' }],
    ['unix://', { kind: 'socket', socketPath: '/var/run/docker.sock' }],
    ['npipe:////./pipe/other', { kind: 'socket', socketPath: '//./pipe/other' }],
    ['tcp://10.0.0.5', { kind: 'tcp', hostname: '10.0.0.5', port: 2375, shown: 'tcp://10.0.0.5' }],
    ['tcp://10.0.0.5:80', { kind: 'tcp', port: 80 }],
    ['http://10.0.0.5:80', { kind: 'tcp', port: 80 }],
    ['tcp://[::1]:2375', { kind: 'tcp', hostname: '::1', port: 2375, shown: 'tcp://[::1]:2375' }],
    ['engine:2375', { kind: 'tcp', hostname: 'engine', port: 2375 }],
    ['tcp://me:hush@engine:2375', { kind: 'tcp', shown: 'tcp://engine:2375' }],
    ['ssh://me@far:2222', { kind: 'ssh', destination: 'far', user: 'me', port: 2222, shown: 'ssh://me@far:2222' }],
    ['ssh://alias', { kind: 'ssh', destination: 'alias', shown: 'ssh://alias' }],
  ])('%s is understood', (host, expected) => {
    expect(engineHost({ host, env: NOTHING })).toMatchObject(expected);
    expect(engineHost({ env: { DOCKER_HOST: host } })).toMatchObject(expected);
  });

  it('is the one that is given before that of the environment', () => {
    expect(engineHost({ host: 'unix:///a', env: { DOCKER_HOST: 'unix:///b' } })).toMatchObject({ socketPath: '/a' });
  });

  it.skipIf(process.platform === 'win32')('is the socket of the system where nobody names one', () => {
    expect(engineHost({ env: NOTHING })).toMatchObject({ kind: 'socket', shown: expect.stringMatching(/^unix:\/\/.*docker\.sock$/) });
  });

  it.each(['ftp://engine', 'tcp://', 'tcp://me:hush@engine:port', 'ssh://-oProxyCommand=evil', 'ssh://me:hush@far'])(
    '%s is refused',
    (host) => {
      const refused = () => engineHost({ host, env: NOTHING });
      expect(refused).toThrow(UsageError);
      expect(refused).not.toThrow(/hush|evil/);
    },
  );

  it('speaks TLS with the certificates of a folder, where one is given or the environment asks for it', () => {
    const tls = { ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') };
    expect(engineHost({ host: 'tcp://e', certPath: folder, env: NOTHING })).toMatchObject({ port: 2376, tls });
    const env = { DOCKER_HOST: 'tcp://e:1', DOCKER_CERT_PATH: folder };
    expect(engineHost({ env: { ...env, DOCKER_TLS_VERIFY: '1' } })).toMatchObject({ port: 1, tls });
    expect(engineHost({ env })).not.toHaveProperty('tls');
  });

  it('names the certificate that cannot be read', () => {
    const certPath = path.join(folder, 'nowhere');
    expect(() => connectDocker({ host: 'tcp://e', certPath })).toThrow(/^Docker at tcp:\/\/e: ENOENT.*nowhere.ca\.pem/);
  });
});
