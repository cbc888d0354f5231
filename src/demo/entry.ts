import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitCode, KnownError } from '../errors.js';

/**
 * Path of a built entry of the demo, e.g. `supervisor.js`. Processes run what was built, also when this file itself runs from its
 * source, as under a test runner.
 */
export function builtEntry(file: string): string {
  const path = join(packageRoot(dirname(fileURLToPath(import.meta.url))), 'dist', 'src', 'demo', file);
  if (!existsSync(path)) throw new KnownError(`${path} is missing: run npm run build`, ExitCode.internal);
  return path;
}

function packageRoot(folder: string): string {
  const parent = dirname(folder);
  return existsSync(join(folder, 'package.json')) || parent === folder ? folder : packageRoot(parent);
}
