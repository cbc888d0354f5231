import { createRequire } from 'node:module';

/** This tool's version, from its package. */
export const VERSION: string = createRequire(import.meta.url)('loadwitness/package.json').version;
