import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ContainerStack } from '../../src/demo/containers/stack.js';

/** A configuration file for a stack of containers. @param more keys of `infrastructure` and of the top level */
export function stackConfig(
  folder: string,
  { target, backends, redis, nginx, method, upstream }: ContainerStack,
  { docker = {}, infrastructure = {}, ...more }: Record<string, unknown> & { docker?: object; infrastructure?: object } = {},
): string {
  const file = join(folder, 'stack.yaml');
  const found = { backends: `${backends[0]?.slice(0, -1)}*`, redis, nginx, ...docker };
  const text = stringify({ target, infrastructure: { docker: found, nginx: { method, upstream }, ...infrastructure }, ...more });
  writeFileSync(file, text);
  return file;
}
