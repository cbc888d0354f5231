/** Longest time that a configuration may name, in seconds: above 2^31 ms a timer fires at once. */
export const MAX_SECONDS = 2_000_000;

/** Locust's forms of a time span: `300`, `300s`, `20m`, `3h`, `1h30m10s`. Gives seconds, or undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const match = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(trimmed);
  if (match === null || trimmed === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
