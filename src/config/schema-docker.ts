import { z } from 'zod';
import type { DockerDraft, Layer } from './layer.js';
import { closed, open, port, text } from './schema-parts.js';

/** Where an Engine can be, as DOCKER_HOST says it. */
export function isDockerHost(value: string): boolean {
  return /^(unix|npipe|tcp|https?|ssh):\/\/./.test(value);
}

export const DOCKER_HOST_RULE =
  'must be a Docker host as DOCKER_HOST has it, e.g. unix:///var/run/docker.sock, tcp://10.0.0.5:2376 or ssh://user@host';

const selector = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  closed({ name: text().optional(), service: text().optional(), label: text().optional() }).refine(
    (value) => Object.keys(value).length > 0,
    {
      error: 'must say which: a name such as "app-*", or an object with "name", "service" or "label"',
      // An unknown key is the only mistake then.
      when: ({ issues }) => issues.length === 0,
    },
  ),
);

/** `false`: there is none to look for. */
const container = z
  .union([z.literal(false), text()], { error: 'must be the name of a container, or false for none' })
  .transform((value) => (value === false ? null : value));

export const dockerKeys = open({
  host: text().refine(isDockerHost, { error: DOCKER_HOST_RULE }).optional(),
  cert_path: text().optional(),
  backends: selector.optional(),
  redis: container.optional(),
  nginx: container.optional(),
  port: port().optional(),
});

/** `true`: the Engine of this machine, with the names of the profile; `false`: none. */
export const docker = z.preprocess(
  (value) => (value === true || value === 'true' ? {} : value === false || value === 'false' ? undefined : value),
  dockerKeys.optional(),
);

/** What the file says of Docker, as a layer. */
export function dockerOf(
  own: z.infer<typeof docker>,
  path: (text: string | undefined) => string | undefined,
): Layer<DockerDraft> | undefined {
  if (own === undefined) return undefined;
  const { host, cert_path, backends, redis, nginx, port: inside } = own;
  return { host, certPath: path(cert_path), backends, redis, nginx, port: inside };
}
