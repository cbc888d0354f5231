import { closest } from './similar.js';

/** Words that say nothing about which criterion is meant. */
const NOISE = new Set(
  (
    'ws max maximum min minimum limit threshold target required requirement criteria criterion metric metrics performance expected goal value ' +
    'resource resources monitoring recommended range ranges less greater than under below above of the for'
  ).split(' '),
);

/** Concept → the words that mean it. A concept that is in no rule makes its key one without a rule. */
const CONCEPTS: Record<string, string> = {
  connect: 'connect connection connections connected connecting handshake establish established establishment',
  reconnect: 'reconnect reconnects reconnection reconnections disconnect disconnects disconnection disconnections',
  drop: 'drop drops dropped',
  spread: 'spread balance balanced distribution imbalance',
  success: 'success successes successful succeeded',
  error: 'error errors fail fails failed failure failures',
  rate: 'rate ratio',
  percent: 'percent percentage pct',
  time: 'time latency duration response',
  p95: 'p95',
  otherStatistic: 'p50 p66 p75 p80 p90 p98 p99 p999 avg average mean median',
  ms: 'ms msec millis millisecond milliseconds',
  s: 's sec secs second seconds',
  bytes: 'bytes byte b',
  kb: 'kb kib',
  mb: 'mb mib',
  gb: 'gb gib',
  all: 'all overall total global',
  request: 'request requests',
  count: 'count counts number',
  redis: 'redis',
  pubsub: 'pubsub',
  publish: 'publish publishes publishing published',
  delivery: 'delivery deliveries delivered',
  message: 'message messages',
  backend: 'backend backends container containers process fastapi app application server replica',
  cpu: 'cpu',
  memory: 'memory mem',
  usage: 'usage used utilization utilisation',
  clients: 'client clients',
  nginx: 'nginx',
  active: 'active',
  normal: 'normal ok healthy',
  warning: 'warning warn',
  critical: 'critical crit danger',
};

const CONCEPT_OF = new Map(
  Object.entries(CONCEPTS).flatMap(([concept, words]) => words.split(' ').map((word) => [word, concept] as const)),
);

/** The words of a key, e.g. `ws_connect.p95Ms` → `ws connect p95 ms`. */
export function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/pub[^a-z0-9]*sub/g, 'pubsub')
    .replace(/web[^a-z0-9]*socket/g, 'ws')
    .replace(/p?(\d+)(?:th|%|_?ile|[^a-z0-9]*percentile)+/g, '_p$1_')
    .replace(/percentile[^a-z0-9]*(\d+)/g, 'p$1')
    .replace(/\bp[^a-z0-9]?(\d+)|(?<=_)p_?(\d+)/g, (_, a?: string, b?: string) => `p${a ?? b}`)
    .replace(/%/g, ' percent ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** What a key speaks of: its concepts (a word without one stands for itself), without noise. */
export function conceptsOf(words: readonly string[]): Set<string> {
  return new Set(words.filter((word) => !NOISE.has(word)).map((word) => CONCEPT_OF.get(word) ?? word));
}

/** The same words with one unknown word put right, for each word that is nearly a known one. */
export function corrections(words: readonly string[], ownWords: ReadonlySet<string>): string[][] {
  const known = [...NOISE, ...CONCEPT_OF.keys(), ...ownWords];
  return words.flatMap((word, index) => {
    // p99 is not a misspelt p95: words with digits mean what they say.
    if (NOISE.has(word) || CONCEPT_OF.has(word) || ownWords.has(word) || /\d/.test(word) || word.length < 2) return [];
    const meant = closest(word, known);
    return meant === undefined ? [] : [words.with(index, meant)];
  });
}
