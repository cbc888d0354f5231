import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

/** Where Debian, Alpine and others put it; CHROMIUM names any other. */
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const program = PLACES.find((path) => path !== undefined && existsSync(path));

/** `describe` where there is a chromium, else `describe.skip` with a warning. Where `CI` is set its absence is an error. */
export function browserOrSkip(): typeof describe | typeof describe.skip {
  if (program !== undefined) return describe;
  if (process.env.CI) throw new Error('these tests need chromium: apt-get install chromium, or CHROMIUM=<path>');
  process.stderr.write('SKIPPED, since there is no chromium: apt-get install chromium, or CHROMIUM=<path>\n');
  return describe.skip;
}

/** A browser without a window. Containers give it no sandbox and little shared memory. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: program as string, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
}
