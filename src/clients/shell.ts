import type { Config } from '../config/config.js';
import type { ContainerFacts } from './docker.js';

/** How one types `docker` so that it asks the Engine that the configuration names. */
export function dockerCommand({ docker: { host, certPath } = {} }: Pick<Config, 'docker'>): string {
  const tls = certPath === undefined ? '' : `DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=${quoted(certPath)} `;
  return `${tls}docker${host === undefined ? '' : ` -H ${quoted(host)}`}`;
}

/** How one types `redis-cli`, up to the command that it is given. A password is asked for, and never part of it. */
export function redisCommand(config: Pick<Config, 'docker' | 'redis'>): string {
  const { redis, docker } = config;
  if (redis === undefined) return 'redis-cli';
  const url = new URL(redis.url);
  const container = redis.container ?? docker?.redis;
  // Its own address is seen from there too; a published port is not, and then Redis is at its usual one.
  const isWithin = redis.container !== undefined || !isLoopback(url.hostname);
  const where = container === undefined ? ['-h', url.hostname] : [];
  const port = container === undefined ? url.port || '6379' : isWithin ? url.port : '';
  const words = [
    ...(container === undefined ? [] : [dockerCommand(config), 'exec', ...(url.password === '' ? [] : ['-it']), container]),
    'redis-cli',
    ...where,
    ...(port === '' || (container !== undefined && port === '6379') ? [] : ['-p', port]),
    ...(url.protocol === 'rediss:' ? ['--tls'] : []),
    ...(url.username === '' || url.username === 'default' ? [] : ['--user', decodeURIComponent(url.username)]),
    ...(url.password === '' ? [] : ['--askpass']),
  ];
  return words.join(' ');
}

/** How one makes containers anew, with the environment and the image that are meant now: a restart keeps the old ones. */
export function recreateCommand(docker: string, containers: readonly Pick<ContainerFacts, 'name' | 'labels'>[]): string {
  const of = (label: string) => [
    ...new Set(containers.map(({ labels }) => labels[`com.docker.compose.${label}`]).filter((one) => one !== undefined)),
  ];
  const [project] = of('project');
  const services = of('service');
  if (services.length === 0) return `${docker} rm -f ${containers.map(({ name }) => name).join(' ')}, and docker run as before`;
  const [folder] = of('project.working_dir');
  const place = folder === undefined ? '' : ` --project-directory ${quoted(folder)}`;
  return `${docker} compose${project === undefined ? '' : ` -p ${project}`}${place} up -d --no-deps --force-recreate ${services.join(' ')}`;
}

/** One word of a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');
