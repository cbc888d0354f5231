import type { Config, NginxConfig } from '../../config/config.js';
import { messageOf } from '../../errors.js';
import { type ContainerFacts, connectDocker, type DockerClient } from '../docker.js';
import type { NginxConfiguration } from './configuration.js';
import { readFromContainer } from './container.js';
import { readNginxConfig } from './files.js';

/** A configuration, and where it was read. */
export interface NginxReading {
  configuration: NginxConfiguration;
  /** `nginx -T in kindmap-nginx`, `/etc/nginx/nginx.conf`. */
  from: string;
  /** The container in which this nginx runs, where it does. */
  container?: ContainerFacts;
}

/** What to set where {@link readNginx} has nothing to read. */
export const NOTHING_TO_READ = 'no nginx configuration to read: set infrastructure.nginx.config, or its container';

/**
 * Reads the configuration of nginx: from its container, as it runs, else from its file or folder. Undefined when neither is configured.
 * Rejects when nothing of what is configured can be read.
 */
export async function readNginx(nginx: NginxConfig | undefined, docker?: DockerClient): Promise<NginxReading | undefined> {
  const { config, container } = nginx ?? {};
  if (docker === undefined || container === undefined) return config === undefined ? undefined : await fromFiles(config);
  try {
    const facts = await docker.inspect(container);
    if (!facts.running) throw new Error(`its container is not running: ${facts.status}`);
    const { configuration, how } = await readFromContainer(docker, container);
    return { configuration, from: how, container: facts };
  } catch (error) {
    if (config === undefined) throw error;
    const reading = await fromFiles(config);
    return { ...reading, from: `${config}, since the container could not be read (${messageOf(error)})` };
  }
}

async function fromFiles(config: string): Promise<NginxReading> {
  return { configuration: await readNginxConfig(config), from: config };
}

const underWay = new WeakMap<Config, Promise<NginxReading | undefined>>();

/**
 * {@link readNginx} for a check. Checks run at the same time and each wants the same: those that ask while it is being read share one reading.
 * It has its own deadlines, so that one check's end does not break off what others wait for.
 */
export function nginxOf({ config, env }: { config: Config; env: NodeJS.ProcessEnv }): Promise<NginxReading | undefined> {
  const found = underWay.get(config);
  if (found !== undefined) return found;
  const reading = withEngine({ config, env }, (docker) => readNginx(config.nginx, docker)).finally(() => underWay.delete(config));
  underWay.set(config, reading);
  return reading;
}

/** Runs something with a client of the Engine that the configuration names, and closes it. */
export async function withEngine<T>(
  { config: { docker: { host, certPath } = {} }, env }: { config: Config; env: NodeJS.ProcessEnv },
  work: (docker: DockerClient) => Promise<T>,
): Promise<T> {
  const docker = connectDocker({ ...(host !== undefined && { host }), ...(certPath !== undefined && { certPath }), env });
  try {
    return await work(docker);
  } finally {
    docker.close();
  }
}
