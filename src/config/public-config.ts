import type { Config } from './config.js';
import { withoutSecrets } from './secrets.js';

/** The configuration as it may be written to the evidence: every password and token is `<redacted>`. */
export function publicConfig(config: Config): object {
  return withoutSecrets(config) as object;
}
