import { describe } from 'vitest';
import { connectDocker } from '../../src/clients/docker.js';
import { messageOf } from '../../src/errors.js';

/** Why no Docker Engine can be used, or undefined. */
async function whyNot(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `the images are made of Linux programs; this is ${process.platform}`;
  const docker = connectDocker({ deadlineMs: 20_000 });
  try {
    await docker.engine();
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    docker.close();
  }
}

/**
 * `describe` where a Docker Engine answers, else `describe.skip` with a warning that says why. Where `CI` is set its absence is an error: there
 * these tests are never skipped.
 */
export async function engineOrSkip(): Promise<typeof describe | typeof describe.skip> {
  const reason = await whyNot();
  if (reason === undefined) return describe;
  if (process.env.CI) throw new Error(`these tests need a Docker Engine: ${reason}`);
  process.stderr.write(`SKIPPED, since no Docker Engine can be used: ${reason}\n`);
  return describe.skip;
}
