/** What is wrong with a text, by the name of its rule, and what the rule's sentence needs. */
export type Wrong<Rules> = {
  [K in keyof Rules]: Rules[K] extends (...parts: infer P) => string ? [rule: K, ...parts: P] : never;
}[keyof Rules];

/** The sentences for what is wrong: those of the command line, for whoever types the same in a form. */
export interface Rules {
  users(text: string): string;
  rate(text: string): string;
  time(text: string): string;
  stages(part: string): string;
  stageRate(stage: number, rate: number): string;
  stageEnd(stage: number, most: number): string;
  stageUsers(stage: number): string;
  stageOrder(stage: number, end: number, before: number): string;
  url(): string;
  scheme(): string;
  credentials(): string;
  path(origin: string): string;
}

export type Checked<T> = { ok: true; value: T } | { ok: false; wrong: Wrong<Rules> };

const ok = <T>(value: T): Checked<T> => ({ ok: true, value });
const no = (...wrong: Wrong<Rules>): Checked<never> => ({ ok: false, wrong });

/** Longest time of a plan, in seconds. */
const MOST_SECONDS = 2_000_000;

/** `300`, `300s`, `20m`, `1h30m10s` in seconds; undefined for anything else. */
function secondsOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const match = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(trimmed);
  if (match === null || trimmed === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A whole number of users, 1 or more. */
export function usersOf(text: string, least = 1): Checked<number> {
  const value = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= least ? ok(value) : no('users', text);
}

/** Users a second. */
export function rateOf(text: string): Checked<number> {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? ok(value) : no('rate', text);
}

/** A time, in seconds. */
export function timeOf(text: string): Checked<number> {
  const value = secondsOf(text);
  return value !== undefined && value > 0 && value <= MOST_SECONDS ? ok(value) : no('time', text);
}

/** `20@5:10s,60@5:60s`: users @ rate : time since the start at which the stage ends. Gives the text, which the command line reads itself. */
export function stagesOf(text: string): Checked<string> {
  let before = 0;
  for (const [index, part] of text.split(',').entries()) {
    const match = /^(\d+)@(\d+(?:\.\d+)?):(.+)$/.exec(part.trim());
    const end = match?.[3] === undefined ? undefined : secondsOf(match[3]);
    if (match === null || end === undefined) return no('stages', part.trim());
    const stage = index + 1;
    if (!(Number(match[2]) > 0)) return no('stageRate', stage, Number(match[2]));
    if (!(end > 0) || end > MOST_SECONDS) return no('stageEnd', stage, MOST_SECONDS);
    if (!Number.isSafeInteger(Number(match[1]))) return no('stageUsers', stage);
    if (index > 0 && end <= before) return no('stageOrder', stage, end, before);
    before = end;
  }
  return ok(text);
}

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'http:': 'ws:', 'wss:': 'wss:', 'https:': 'wss:' };

/** ws, wss, http and https URLs as the ws:// or wss:// origin of a target. */
export function targetOf(text: string): Checked<string> {
  if (!URL.canParse(text)) return no('url');
  const url = new URL(text);
  const scheme = Object.hasOwn(SCHEMES, url.protocol) ? SCHEMES[url.protocol] : undefined;
  if (scheme === undefined || url.host === '') return no('scheme');
  if (url.username !== '' || url.password !== '') return no('credentials');
  const origin = `${scheme}//${url.host}`;
  return url.pathname === '/' && url.search === '' && url.hash === '' ? ok(origin) : no('path', origin);
}

/** The sentence for what is wrong. */
export function sentence(rules: Rules, [rule, ...parts]: Wrong<Rules>): string {
  // The parts are those of the rule: that is what Wrong says.
  return (rules[rule] as (...parts: readonly (string | number)[]) => string)(...parts);
}
