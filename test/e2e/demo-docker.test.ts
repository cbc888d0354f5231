import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/clients/docker.js';
import { endAll, runCli, startCli } from '../helpers/cli.js';
import { Evidence } from '../helpers/evidence.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { makeImages } from '../stack/images.js';

const describe = await engineOrSkip();

/** The demo's own names are those of the guide: what they are is the point here, and one at a time may have them. */
describe('a demo in containers', () => {
  let folder: string;
  let docker: DockerClient;
  let env: NodeJS.ProcessEnv;
  const own = async () =>
    (await docker.find({ name: 'kindmap-*', label: 'loadwitness.stack' }))
      .map(({ name }) => name)
      .filter((name) => /^kindmap-(fastapi-\d|redis|nginx)$/.test(name));
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadwitness-e2e-docker-'));
    docker = connectDocker({ deadlineMs: 20_000 });
    const { node, redis, nginx } = await makeImages();
    env = { LOADWITNESS_DEMO_NODE_IMAGE: node, LOADWITNESS_DEMO_REDIS_IMAGE: redis, LOADWITNESS_DEMO_NGINX_IMAGE: nginx };
  }, 240_000);
  afterAll(async () => {
    await endAll();
    docker?.close();
    rmSync(folder, { recursive: true });
  });

  it('makes the whole night, finds its containers by itself, and takes them down', async () => {
    const out = join(folder, 'night');
    const plan = ['--stages', '30@30:14s', '--think-time', '1-2'];
    const { code, stderr } = await runCli(['demo', '--docker', '--out', out, ...plan], env);
    // A machine that is busy with other tests makes latencies inconclusive.
    expect([0, 3], stderr).toContain(code);
    const evidence = Evidence.only(out);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(evidence.folder);
    expect(evidence.task('connect')).toMatchObject({ requests: 30, failures: {} });
    const connections = evidence.readings('backend.connections', 'backend');
    expect(Object.keys(connections).sort()).toEqual(['kindmap-fastapi-1', 'kindmap-fastapi-2', 'kindmap-fastapi-3']);
    for (const readings of Object.values(connections)) expect(Math.max(...readings.map(({ value }) => value))).toBe(10);
    expect(new Set(evidence.readings('redis.pubsub.subscribers', 'channel').kindmap_events?.map(({ value }) => value))).toEqual(
      new Set([3]),
    );
    const { criteria } = evidence.json('verdict.json') as { criteria: { id: string; status: string }[] };
    expect(criteria.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(criteria.find(({ id }) => id === 'publish_failures')?.status).toBe('pass');
    expect(await own()).toEqual([]);
  }, 180_000);

  it('serves its target until a signal, and writes the configuration that finds it', async () => {
    const cli = startCli(['demo', '--docker', '--serve'], env);
    const file = await until('the configuration', () => /.*loadwitness\.yaml/.exec(cli.stdout())?.[0], 90_000);
    expect(await own()).toEqual(['kindmap-fastapi-1', 'kindmap-fastapi-2', 'kindmap-fastapi-3', 'kindmap-nginx', 'kindmap-redis']);
    const checked = await runCli(['preflight', '--config', file]);
    expect(checked.stdout + checked.stderr).toMatch(/3 of 3|kindmap-fastapi-3/);
    cli.process.kill('SIGINT');
    expect(await cli.ended).toBe(130);
    expect(await own()).toEqual([]);
  }, 180_000);

  it('says in one line where no Engine can be asked', async () => {
    const { code, stderr } = await runCli(['demo', '--docker', '--out', folder], { ...env, DOCKER_HOST: `unix://${folder}/no.sock` });
    expect(code).toBe(2);
    expect(stderr).toBe(
      `demo --docker needs a Docker Engine. Docker at unix://${folder}/no.sock: there is no such socket; is Docker running here?\n`,
    );
  });
});
