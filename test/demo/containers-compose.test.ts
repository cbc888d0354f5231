import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nginxConf } from '../../src/demo/containers/nginx-conf.js';
import { BACKEND_PORT, OFFICIAL_IMAGES } from '../../src/demo/containers/options.js';
import { backendContainer, nginxContainer, type PlannedContainer, redisContainer } from '../../src/demo/containers/plan.js';

const FOLDER = path.resolve('examples');
const PREFIX = 'kindmap';
const REPLICAS = [1, 2, 3];

interface Service {
  image: string;
  container_name?: string;
  command: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  deploy?: { replicas: number };
}

const compose = parse(readFileSync(path.join(FOLDER, 'compose.yaml'), 'utf8')) as {
  name: string;
  services: Record<PlannedContainer['service'], Service>;
  networks: { default: { name: string } };
};
const conf = path.join(FOLDER, 'nginx.conf');
const options = { images: OFFICIAL_IMAGES };

/** What Compose makes of one service, in the words of a plan. */
function asPlanned(service: PlannedContainer['service'], name: string): PlannedContainer {
  const { image, command, environment = {}, volumes = [], ports = [] } = compose.services[service];
  const published = ports.map((port) => /^127\.0\.0\.1:(\d+):(\d+)$/.exec(port)).map((match) => match?.slice(1).map(Number))[0];
  return {
    name,
    service,
    number: 1,
    image,
    command,
    env: environment,
    mounts: volumes.map((volume) => {
      const [source = '', target = '', mode] = volume.split(':');
      expect(mode).toBe('ro');
      return { source: path.resolve(FOLDER, source), target };
    }),
    ...(published && { published: { host: published[0] as number, container: published[1] as number } }),
  };
}

describe('examples/compose.yaml', () => {
  it('names its containers as the demo does', () => {
    expect(compose.name).toBe(PREFIX);
    expect(compose.networks.default.name).toBe(PREFIX);
    expect(compose.services.redis.container_name).toBe(redisContainer(PREFIX, options).name);
    expect(compose.services.nginx.container_name).toBe(nginxContainer(PREFIX, options, conf, 8080).name);
    // Compose calls replicas <project>-<service>-<number>.
    const names = REPLICAS.map((n) => backendContainer(PREFIX, n, options, '').name);
    expect(names).toEqual(REPLICAS.map((n) => `${compose.name}-fastapi-${n}`));
    expect(compose.services.fastapi.deploy?.replicas).toBe(REPLICAS.length);
  });

  it('has the Redis of the demo', () => {
    const planned = redisContainer(PREFIX, options);
    expect(asPlanned('redis', planned.name)).toEqual(planned);
  });

  it('has the backends of the demo', () => {
    const secret = compose.services.fastapi.environment?.JWT_SECRET_KEY ?? '';
    expect(secret).toMatch(/^\$\{JWT_SECRET_KEY:\?/);
    const planned = backendContainer(PREFIX, 1, options, secret);
    expect(asPlanned('fastapi', planned.name)).toEqual(planned);
  });

  it('has the nginx of the demo, published on this machine alone', () => {
    const planned = nginxContainer(PREFIX, options, conf, 8080);
    expect(asPlanned('nginx', planned.name)).toEqual(planned);
    const backends = REPLICAS.map((n) => `${PREFIX}-fastapi-${n}:${BACKEND_PORT}`);
    expect(readFileSync(conf, 'utf8')).toBe(nginxConf({ backends, method: 'least_conn', stubStatus: false }));
  });
});
