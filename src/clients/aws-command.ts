import type { CloudWatchConfig } from '../config/config.js';
import { quoted } from './shell.js';

/** How one types a command of the `aws` program so that it asks where the configuration says. */
export function awsCommand(
  words: string,
  { region, profile, endpoint }: Pick<CloudWatchConfig, 'region' | 'profile' | 'endpoint'>,
): string {
  const options = [
    ...(region === undefined ? [] : [`--region ${quoted(region)}`]),
    ...(profile === undefined ? [] : [`--profile ${quoted(profile)}`]),
    // Only CloudWatch itself is asked there.
    ...(endpoint === undefined || !words.startsWith('cloudwatch ') ? [] : [`--endpoint-url ${quoted(endpoint)}`]),
  ];
  return ['aws', words, ...options].join(' ');
}
