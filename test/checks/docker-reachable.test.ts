import { expect, it, describe as plainly } from 'vitest';
import check, { remedyFor } from '../../checks/docker-reachable.js';
import { checkContext } from '../helpers/check-context.js';
import { engineOrSkip } from '../stack/engine.js';

const describe = await engineOrSkip();

describe('docker-reachable, with an Engine', () => {
  it('says its version and where it is', async () => {
    expect(await check.run(checkContext({ docker: {} }, { env: process.env }))).toMatchObject({
      status: 'pass',
      observed: expect.stringMatching(/^Docker \d+\.\d+\S* at .+: \d+ cores, [\d.]+ GiB$/),
    });
  });
});

plainly('docker-reachable', () => {
  it('fails where nobody answers, and says who named the place', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const result = await check.run(checkContext({ docker: {} }, { env }));
    expect(result).toMatchObject({ status: 'fail', remedy: expect.stringContaining('systemctl start docker') });
    const configured = await check.run(checkContext({ docker: { host: 'tcp://127.0.0.1:1' } }, { env }));
    expect(configured).toMatchObject({ status: 'fail', remedy: expect.stringContaining('docker -H tcp://127.0.0.1:1 version') });
  });

  it.each([
    ['permission denied: this user may not use the socket', 'usermod -aG docker'],
    ['there is no such socket; is Docker running here?', 'systemctl start docker'],
    ['self-signed certificate', 'infrastructure.docker.cert_path'],
    ['no answer within 5000 ms', 'infrastructure.docker.host'],
  ])('%s', (failure, remedy) => {
    expect(remedyFor(failure, 'docker')).toContain(remedy);
  });
});
