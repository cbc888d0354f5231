import { describe, expect, it } from 'vitest';
import check, { judge } from '../../checks/replicas-same-image.js';
import { checkContext } from '../helpers/check-context.js';
import { FakeDocker } from '../helpers/fake-docker.js';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;

async function containers(...imageIds: string[]) {
  const docker = new FakeDocker();
  const labels = {
    'com.docker.compose.project': 'kindmap',
    'com.docker.compose.service': 'fastapi',
    'org.opencontainers.image.version': '1.4.2',
  };
  for (const [at, imageId] of imageIds.entries()) docker.add({ id: `${at}`, name: `app-${at + 1}`, imageId, labels });
  return await docker.find();
}

describe('replicas-same-image', () => {
  it('passes for one image, and says which', async () => {
    expect(judge(await containers(NEW, NEW, NEW), 'docker')).toMatchObject({
      status: 'pass',
      observed: '3 × kindmap/fastapi:1 1.4.2 (sha256:bbbbbbbbbbbb)',
    });
  });

  it('fails for two under one tag, and says which replica has which', async () => {
    expect(judge(await containers(OLD, NEW, NEW), 'docker')).toMatchObject({
      status: 'fail',
      observed: 'app-2, app-3: kindmap/fastapi:1 1.4.2 (sha256:bbbbbbbbbbbb); app-1: kindmap/fastapi:1 1.4.2 (sha256:aaaaaaaaaaaa)',
      remedy: expect.stringContaining('docker compose -p kindmap up -d --no-deps --force-recreate fastapi'),
    });
  });

  it('is skipped for processes', async () => {
    expect(await check.run(checkContext({ backends: [{ name: 'a', pid: 1 }] }))).toMatchObject({ status: 'skip' });
  });
});
