import { randomBytes } from 'node:crypto';
import type { ContainerStackOptions } from '../../src/demo/containers/options.js';
import { type ContainerStack, startContainerStack } from '../../src/demo/containers/stack.js';
import { makeImages } from './images.js';

/** A stack of this machine's own programs. Its names carry a random part unless they are given: `kindmap-3f2a-fastapi-1`. */
export async function startTestStack(options: Partial<ContainerStackOptions> = {}): Promise<ContainerStack> {
  const images = await makeImages();
  return startContainerStack({ images, prefix: `kindmap-${randomBytes(4).toString('hex')}`, ...options });
}
