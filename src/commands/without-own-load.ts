import type { Config } from '../config/config.js';

/** A configuration for a load that is not ours, without what only our own users and figures make possible, and what to say of that. */
export function withoutOwnLoad({ canary: _, abort, ...config }: Config): { config: Config; notices: string[] } {
  const notices = abort === undefined ? [] : ['abort has no effect: the load is not sent from here'];
  return { config: { ...config, stages: [] }, notices };
}
