import type { Cause } from '../../finding.js';
import { counted } from '../../format.js';
import { logCommand } from '../commands.js';
import {
  CONNECTION,
  checkOf,
  checkProof,
  exampleOf,
  failuresOf,
  linesProof,
  logLines,
  occurrencesOf,
  present,
  timesOf,
} from '../evidence.js';
import { loadWindow } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const DUPLICATE = 'duplicate_connection';
/** What the target says to the connection that has to go. */
const PUSH = 'disconnected';
/** How it closes it: as it closes one that is done. */
const CLOSE = 'close 1000';
/** Users with one account on different replicas overwrite each other's session. */
const SHARED = 'error ROUTE_ID_MISMATCH';

/** Connections of the same account push each other out. */
export const evictions: Rule = {
  id: 'evictions',
  title: 'Connections of one account evict each other',
  diagnose(run) {
    const window = loadWindow(run);
    const lines = logLines(run, DUPLICATE);
    const closed = failuresOf(run, CONNECTION).filter(({ kind }) => kind === CLOSE);
    const shared = run.identity === 'accounts' ? run.failures.filter(({ kind }) => kind === SHARED) : [];
    const evicted = Math.max(lines.total, Math.min(occurrencesOf(closed), run.pushes[PUSH] ?? 0));
    if (window === null || evicted + occurrencesOf(shared) === 0) return null;
    const times = timesOf([...closed, ...shared]) ?? window;
    const told = [
      ...(evicted > 0 ? [`${counted(evicted, 'connection')} closed by a newer one of the same account`] : []),
      ...(shared.length > 0
        ? [`${counted(occurrencesOf(shared), 'reply', 'replies')} said that another user of the account has another route`]
        : []),
    ];
    return {
      symptom: told.join('; '),
      ...times,
      evidence: [
        ...(lines.total > 0 ? [linesProof(lines), ...present([exampleOf(run, DUPLICATE)])] : []),
        ...(closed.length > 0
          ? [
              proof(
                `${counted(occurrencesOf(closed), 'socket')} closed by the target with 1000, as a socket that is done`,
                'load.second drops',
              ),
            ]
          : []),
        ...((run.pushes[PUSH] ?? 0) > 0
          ? [proof(`${counted(run.pushes[PUSH] ?? 0, 'message')} "${PUSH}" that nobody asked for`, 'load.second pushes')]
          : []),
        ...shared.map(({ task, kind, occurrences }) => proof(`${task}: ${kind} ${occurrences}`, `failures of ${task}`)),
      ],
      causes: [fewAccounts(run), reconnects(run)],
      watch: ['the lines of duplicate_connection in the backends’ logs: none', 'users connected against users planned'],
      explains: ['connect-failures', 'task-errors'],
    };
  },
};

/** More virtual users than accounts. */
function fewAccounts(run: Judged): Cause {
  const capacity = checkOf(run, 'identity-capacity');
  const isShort = capacity !== undefined && capacity.status !== 'pass' && capacity.status !== 'skip';
  const isEnough = capacity?.status === 'pass' && capacity.observed.includes('of its own');
  const isForeign = run.mode !== 'load';
  const isAccounts = run.identity === 'accounts';
  return weigh(
    {
      id: 'few-accounts',
      title: 'There are fewer accounts than users, so that users share them',
      actions: [
        action('use guests, who need no account', 'loadwitness run --identity guests'),
        action('or register as many accounts as there are users', 'loadwitness accounts create --help'),
        action("or mint tokens with the test's own JWT secret", 'loadwitness run --identity minted'),
        ...present([logCommand(run, '중복 연결 감지')]).map((command) => action('see which accounts they are', command)),
      ],
    },
    {
      seen: isShort,
      for: [
        ...(isShort ? [checkProof(capacity)] : []),
        ...(isAccounts && !isEnough
          ? [proof(`${counted(run.peakUsers.active, 'user')} ran as a list of accounts (identity ${run.identity})`, 'run.start')]
          : []),
        ...(isForeign ? [proof('another tool sent the load: the guide’s test has five accounts for all of its users', 'run.start')] : []),
      ],
      against: isEnough
        ? [checkProof(capacity)]
        : isAccounts || isForeign
          ? []
          : [proof(`each user has an id of its own (identity ${run.identity})`, 'run.start')],
    },
  );
}

/** A user came back before the target knew that it had gone. */
function reconnects(run: Judged): Cause {
  const lost = failuresOf(run, CONNECTION).filter(({ kind }) => kind !== CLOSE);
  const count = occurrencesOf(lost);
  return weigh(
    {
      id: 'reconnects',
      title: 'Users came back before the target had noticed that they were gone',
      actions: [
        action('lower the time after which the target drops a silent client, or ignore these: the user keeps the newer connection'),
      ],
    },
    {
      for: count > 0 ? [proof(`${counted(count, 'other socket')} dropped, each of which reconnects`, 'load.second drops')] : [],
      against: run.mode === 'load' && count === 0 ? [proof('no socket was lost in another way', 'load.second drops')] : [],
      unknown: run.mode === 'load' ? [] : ['another tool does not tell when it reconnects'],
    },
  );
}
