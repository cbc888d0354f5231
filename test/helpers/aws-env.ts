import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Secrets that must never be seen again. */
export const AWS_SECRETS = { key: 'AKIATESTTESTTEST0001', secret: 'a-secret-key-of-a-test', token: 'a-session-token-of-a-test' };

/** Hides what the machine itself offers of AWS, its metadata service among it. Undone by `vi.unstubAllEnvs()`. */
export function withoutAws(): void {
  const nowhere = join(tmpdir(), 'loadwitness-no-aws', 'none');
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_') && !name.startsWith('AWS_SDK_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', nowhere);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', nowhere);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
}

/** Has the SDK find the credentials of a test, and no others. */
export function withTestCredentials(): void {
  withoutAws();
  vi.stubEnv('AWS_ACCESS_KEY_ID', AWS_SECRETS.key);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', AWS_SECRETS.secret);
  vi.stubEnv('AWS_SESSION_TOKEN', AWS_SECRETS.token);
}
