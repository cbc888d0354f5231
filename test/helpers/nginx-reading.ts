import type { ContainerFacts } from '../../src/clients/docker.js';
import type { NginxReading } from '../../src/clients/nginx/read.js';
import { parsePrinted } from '../../src/clients/nginx.js';

/** A reading of this text as /etc/nginx/nginx.conf, as `nginx -T` prints it. */
export async function readingOf(text: string, container?: ContainerFacts): Promise<NginxReading> {
  const configuration = await parsePrinted(`# configuration file /etc/nginx/nginx.conf:\n${text}\n`);
  return { configuration, from: '/etc/nginx/nginx.conf', ...(container && { container }) };
}
