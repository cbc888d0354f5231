import type { Cause } from '../../finding.js';
import { counted, millis } from '../../format.js';
import type { ExternalRow } from '../../run-result.js';
import { loadWindow } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

/** Requests whose answer the target has to compute: a route through the whole network. */
const COMPUTED = /start_?navigation|calculate|route/i;

/** No route is computed, sent and read in less: what came so fast lay in the client's buffer. */
const BUFFERED_MS = 1;

/** Fewer say little of a median. */
const MIN_REQUESTS = 20;

/** Another tool takes the next frame for the reply: the greeting answers the first request, and from there each reply is that of the one before. */
export const repliesOffByOne: Rule = {
  id: 'replies-off-by-one',
  title: 'Replies are off by one',
  diagnose(run) {
    const window = loadWindow(run);
    const { external } = run;
    if (window === null || external === null) return null;
    const fast = external.rows.flatMap((row) => {
      const median = row.percentiles['0.5'];
      const isTooFast = COMPUTED.test(row.name) && row.requests >= MIN_REQUESTS && median !== undefined && median < BUFFERED_MS;
      return isTooFast && row.failures !== row.requests ? [{ row, median }] : [];
    });
    if (fast.length === 0) return null;
    const told = fast.map(({ row, median }) => `${row.name} has a median of ${millis(median)} over ${counted(row.requests, 'request')}`);
    return {
      symptom: `${told.join('; ')}: nothing computes a route in that time`,
      ...window,
      evidence: fast.map(({ row, median }) =>
        proof(
          `${row.name}: median ${millis(median)}, ${counted(row.requests, 'request')}, ${row.failures ?? 'an unknown number of'} failed`,
          (external.files ?? []).join(', ') || external.tool,
        ),
      ),
      causes: [
        nextFrame(
          run,
          fast.map(({ row }) => row),
        ),
        fastTarget(run),
      ],
      watch: [
        'the least latency of each request: below a millisecond over a network is a buffered frame',
        'frames that nobody asked for, counted apart',
      ],
    };
  },
};

/** Its client reads one frame for each that it sends. */
function nextFrame(run: Judged, rows: readonly ExternalRow[]): Cause {
  const { logProof, canaries } = run;
  const answered = rows.reduce((sum, { requests, failures }) => sum + requests - (failures ?? 0), 0);
  const isRead = logProof.backends.length > 0 && logProof.backends.every(({ problem }) => problem === null);
  const fewer = isRead && logProof.lines < answered;
  const way = canaries?.latency?.['50%'];
  return weigh(
    {
      id: 'next-frame',
      title: 'The tool takes the next frame for the reply',
      actions: [
        action('match replies by their type, and read all the time: "connected" comes unasked, before any reply'),
        action('or let loadwitness send the same load', 'loadwitness run --target <url>'),
      ],
    },
    {
      seen: fewer,
      for: [
        proof('the target greets each connection with a frame "connected" that nobody asked for', 'protocol'),
        ...(way !== undefined && way > BUFFERED_MS
          ? [proof(`a message that only passes through took ${millis(way)} (median of canaries)`, 'canary.second')]
          : []),
        ...(fewer
          ? [
              proof(
                `the backends calculated ${counted(logProof.lines, 'route')}, and the tool counts ${counted(answered, 'reply', 'replies')}`,
                `log.matches ${logProof.pattern}`,
              ),
            ]
          : []),
      ],
    },
  );
}

/** The backends really were that fast. */
function fastTarget(run: Judged): Cause {
  const trips = run.checks.find(({ check, status }) => check === 'task-round-trips' && (status === 'pass' || status === 'warn'));
  return weigh(
    { id: 'fast-target', title: 'The target is that fast', actions: [action('measure one request by hand', 'loadwitness preflight')] },
    {
      against: trips === undefined ? [] : [proof(`one at a time, before the load: ${trips.observed}`, 'check task-round-trips')],
      unknown: trips === undefined ? ['no single request was measured before the load'] : [],
    },
  );
}
