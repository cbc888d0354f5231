import { withDocker } from '../src/clients/open.js';
import { dockerCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { Check } from '../src/preflight/check.js';

const check: Check = {
  id: 'docker-reachable',
  title: 'Docker is reachable',
  why: 'The containers of the target can only be looked at through the Engine: their state, CPU, memory, environment and logs.',
  needs: ['docker'],
  async run({ config, env, signal }) {
    const expected = 'the Engine answers';
    const where = placeOf(config.docker?.host, env);
    try {
      const { version, cores, memory } = await withDocker(config, env, (docker) => docker.engine(signal));
      const observed = `Docker ${version} at ${where}: ${cores} cores, ${(memory / 2 ** 30).toFixed(1)} GiB`;
      return { status: 'pass', observed, expected };
    } catch (error) {
      const observed = messageOf(error);
      return { status: 'fail', observed, expected, remedy: remedyFor(observed, dockerCommand(config)) };
    }
  },
};

export default check;

/** Where it was looked for, and who said so. */
function placeOf(configured: string | undefined, env: NodeJS.ProcessEnv): string {
  if (configured !== undefined) return `${withoutPassword(configured)} (infrastructure.docker.host)`;
  return env.DOCKER_HOST ? `${withoutPassword(env.DOCKER_HOST)} (DOCKER_HOST)` : "the system's own socket";
}

const withoutPassword = (host: string): string => host.replace(/^(\w+:\/\/[^/@:]*):[^/@]*@/, '$1@');

export function remedyFor(failure: string, docker: string): string {
  const version = `${docker} version`;
  if (/permission denied/i.test(failure)) {
    return `this user may not ask it: sudo usermod -aG docker "$USER", log in anew, and see that it answers: ${version}`;
  }
  if (/is Docker running/.test(failure)) {
    return `start it (sudo systemctl start docker), or name the right one as DOCKER_HOST or infrastructure.docker.host: ${version}`;
  }
  if (/certificate|TLS|SSL|EPROTO|CERT|ca\.pem/i.test(failure)) {
    return `its certificates do not fit: infrastructure.docker.cert_path is the folder of ca.pem, cert.pem and key.pem: ${version}`;
  }
  return `see that it answers by hand, or mend infrastructure.docker.host: ${version}`;
}
