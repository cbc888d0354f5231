import { clock, counted } from '../../format.js';
import type { Cause, Proof } from '../../run-result.js';
import { backendMemory } from '../causes/backend-memory.js';
import { containersOf, logCommand, restartCommand } from '../commands.js';
import {
  brokenOf,
  CONNECT,
  CONNECTION,
  criterionProof,
  exampleOf,
  failuresOf,
  kindsOf,
  nginxLines,
  occurrencesOf,
  present,
  timesOf,
} from '../evidence.js';
import { type Loss, lossesOf } from '../losses.js';
import { loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const SYMPTOMS = /^(error_rate|drops|reconnects|identity|connect_success_rate|connect_p95|pubsub_subscribers|backend_spread|.*_p95)$/;

/** A loss is seen by the next sample; its sockets close at once. */
const BEFORE_MS = 15_000;

const TITLES: Readonly<Record<Loss['how'], string>> = {
  exit: 'Its process ended: it crashed, or exited',
  oom: 'The kernel ended it for want of memory',
  ended: 'Somebody ended or restarted it',
  replaced: 'Another one was put in its place: a deployment',
};

/** A backend went away while the load ran, and with it every socket that it held. */
export const backendLostRule: Rule = {
  id: 'backend-lost',
  title: 'A backend went away',
  diagnose(run) {
    const losses = lossesOf(run);
    const window = loadWindow(run);
    const [first] = losses;
    if (window === null || first === undefined) return null;
    const drops = failuresOf(run, CONNECTION);
    const from = Math.min(first.at ?? window.to, timesOf(drops)?.from ?? window.to);
    const names = losses.map(({ backend, at }) => `${backend}${at === null ? '' : ` at ${clock(at)}`}`).join(', ');
    const dropped = drops.length === 0 ? '' : `; ${counted(occurrencesOf(drops), 'socket')} dropped (${kindsOf(drops)})`;
    return {
      symptom: `${counted(losses.length, 'backend')} went away during the load: ${names}${dropped}`,
      from: losses.every(({ at }) => at === null) ? null : from,
      to: losses.every(({ isBack }) => isBack) ? (timesOf(drops)?.to ?? null) : window.to,
      evidence: [
        ...losses.flatMap(({ seen }) =>
          seen.map(({ text, source, t }) => proof(t === null ? text : `${text}, seen at ${clock(t)}`, source)),
        ),
        ...brokenOf(run, (id) => SYMPTOMS.test(id)).map(criterionProof),
        ...refusalsOf(run),
      ],
      causes: [
        ...(Object.keys(TITLES) as Loss['how'][]).map((how) => causeOf(run, how, losses)),
        backendMemory(run, { from: window.from, to: Math.min(window.to, from + BEFORE_MS) }),
      ].filter(({ standing, id }) => standing !== 'possible' || id === 'backend-memory'),
      watch: [
        'restarts and exit codes of the containers',
        'the time until users are back: a backend that is gone holds new connects up for seconds until nginx notices',
        'whether what came back subscribes to Pub/Sub',
      ],
      explains: explainedBy(run, losses, from),
    };
  },
};

/** What nginx met in its place: a consequence, and no cause. */
function refusalsOf(run: Judged): Proof[] {
  const lines = nginxLines(run, 'upstream_refused') ?? 0;
  return lines === 0
    ? []
    : [
        proof(
          `${counted(lines, 'line')} "connect() failed (111: Connection refused)" in the error log of nginx`,
          'log.matches upstream_refused',
        ),
      ];
}

function causeOf(run: Judged, how: Loss['how'], losses: readonly Loss[]): Cause {
  const own = losses.filter((loss) => loss.how === how);
  const others = losses.filter((loss) => loss.how !== how);
  const [one = losses[0]] = own;
  const container = containersOf(run, 'backend').find(({ name }) => name === one?.backend);
  const told = (list: readonly Loss[]) => list.flatMap(({ seen }) => seen.map(({ text, source }) => proof(text, source)));
  return weigh(
    {
      id: `backend-${how}`,
      title: TITLES[how],
      actions: [
        ...present([logCommand(run, 'ERROR|CRITICAL|Traceback|Killed', one?.backend)]).map((command) =>
          action('read the end of its log', command),
        ),
        ...(container === undefined
          ? []
          : [
              action(
                'see how it ended',
                `docker inspect -f 'exit {{.State.ExitCode}}, oom {{.State.OOMKilled}}, restarts {{.RestartCount}}' ${container.id}`,
              ),
            ]),
        ...present([restartCommand(run, one?.backend)]).map((command) =>
          action('start it again, and let it come back by itself next time (restart: unless-stopped)', command),
        ),
      ],
    },
    {
      seen: true,
      for: own.length > 0 ? [...told(own), ...(how === 'exit' ? present([exampleOf(run, 'error_level')]) : [])] : [],
      // Of a process nobody tells how it ended; Docker tells it of a container.
      against: own.length === 0 ? told(others.filter(({ isTold }) => isTold)).slice(0, 1) : [],
      unknown: own.length === 0 && !others.some(({ isTold }) => isTold) ? ['how a process ends is not to be seen from outside'] : [],
    },
  );
}

/** What else the loss brings about, as far as it came after it. */
function explainedBy(run: Judged, losses: readonly Loss[], from: number): string[] {
  const isAfter = (times: Window | null) => times === null || times.from >= from - BEFORE_MS;
  const tasks = run.failures.filter(({ task }) => task !== CONNECT && task !== CONNECTION);
  const isAllSeen = losses.every(({ at }) => at !== null);
  return [
    'upstream-imbalance',
    'backend-stalled',
    ...(isAfter(timesOf(failuresOf(run, CONNECTION))) ? ['dropped-connections'] : []),
    ...(isAllSeen && isAfter(timesOf(failuresOf(run, CONNECT))) ? ['connect-failures'] : []),
    ...(isAllSeen && isAfter(timesOf(tasks)) ? ['task-errors', 'lost-messages'] : []),
  ];
}
