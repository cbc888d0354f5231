import { describe, expect, it } from 'vitest';
import { dockerCommand, quoted, recreateCommand, redisCommand } from '../../src/clients/shell.js';

const redis = (url: string, container?: string) => ({ url, channel: 'c', lists: [], ...(container !== undefined && { container }) });

describe('commands to type', () => {
  it('ask the Engine that is configured', () => {
    expect(dockerCommand({})).toBe('docker');
    expect(dockerCommand({ docker: { host: 'tcp://10.0.0.4:2376', certPath: '/my certs' } })).toBe(
      "DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH='/my certs' docker -H tcp://10.0.0.4:2376",
    );
  });

  it.each([
    [{ redis: redis('redis://10.0.0.5:6380/0') }, 'redis-cli -h 10.0.0.5 -p 6380'],
    [{ redis: redis('rediss://u:p@10.0.0.5') }, 'redis-cli -h 10.0.0.5 -p 6379 --tls --user u --askpass'],
    [{ redis: redis('redis://127.0.0.1:6379', 'cache') }, 'docker exec cache redis-cli'],
    [{ redis: redis('redis://:p@127.0.0.1:6380', 'cache') }, 'docker exec -it cache redis-cli -p 6380 --askpass'],
    // A published port is not the one within.
    [{ redis: redis('redis://127.0.0.1:16379'), docker: { redis: 'cache' } }, 'docker exec cache redis-cli'],
    [{ redis: redis('redis://172.18.0.2:6380'), docker: { redis: 'cache' } }, 'docker exec cache redis-cli -p 6380'],
  ])('reach Redis: %j', (config, command) => {
    expect(redisCommand(config)).toBe(command);
  });

  it('make containers anew, with Compose where it made them', () => {
    const labels = {
      'com.docker.compose.project': 'kindmap',
      'com.docker.compose.service': 'fastapi',
      'com.docker.compose.project.working_dir': '/srv/kindmap',
    };
    const all = ['a', 'b'].map((name) => ({ name, labels }));
    expect(recreateCommand('docker', all)).toBe(
      'docker compose -p kindmap --project-directory /srv/kindmap up -d --no-deps --force-recreate fastapi',
    );
    expect(recreateCommand('docker', [{ name: 'a', labels: {} }])).toBe('docker rm -f a, and docker run as before');
  });

  it('quote what a shell would take apart', () => {
    expect(quoted('/tmp/.env')).toBe('/tmp/.env');
    expect(quoted("it's")).toBe(`'it'\\''s'`);
  });
});
