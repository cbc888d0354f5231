import { findPrograms } from '../src/demo/packages.js';

/** Tests run on a real redis-server and nginx: makes sure that they are there before the first one starts. */
export default async function setup(): Promise<void> {
  await findPrograms({ install: true, onProgress: (line) => process.stderr.write(`${line}\n`) });
}
