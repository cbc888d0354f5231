/** A usable target, or what is wrong with the text. */
export type TargetResult = { ok: true; origin: string } | { ok: false; message: string };

const SCHEMES: Record<string, string> = { 'ws:': 'ws:', 'http:': 'ws:', 'wss:': 'wss:', 'https:': 'wss:' };

/** Turns ws, wss, http and https URLs into the ws:// or wss:// origin of the target. Messages never hold the text itself: it may carry a password. */
export function parseTarget(text: string): TargetResult {
  if (!URL.canParse(text)) return wrong('must be a URL, e.g. wss://example.org or http://127.0.0.1:8080');
  const url = new URL(text);
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined || url.host === '') return wrong('must be a ws, wss, http or https URL, e.g. wss://example.org');
  if (url.username !== '' || url.password !== '')
    return wrong('must not hold a user name or password; test accounts belong under test_accounts');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return wrong(`must be an origin without a path, e.g. ${scheme}//${url.host}; the scenario adds the paths`);
  }
  return { ok: true, origin: `${scheme}//${url.host}` };
}

function wrong(message: string): TargetResult {
  return { ok: false, message };
}
