import { redactCommand } from './command-secrets.js';
import type { Config } from './config.js';
import { withoutSecrets } from './secrets.js';

/** The configuration as it may be written to the evidence: every password and token is `<redacted>`. */
export function publicConfig(config: Config): object {
  const backends = config.backends.map((one) =>
    one.logCommand === undefined ? one : { ...one, logCommand: redactCommand(one.logCommand) },
  );
  return withoutSecrets({ ...config, backends }) as object;
}
