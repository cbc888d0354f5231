import { failureShare, sumOfTasks } from './accumulate/counts.js';
import type { StageFacts } from './accumulate/stages.js';
import { compareText } from './accumulate/tally.js';
import { secondsCover } from './coverage.js';
import { connectP95 } from './criteria/connect-p95.js';
import { connectSuccessRate } from './criteria/connect-success-rate.js';
import { loadCriteria } from './criteria/index.js';
import { CONNECT } from './criteria/latency.js';
import { saturation } from './criteria/saturation.js';
import { customStageRows } from './custom/rows.js';
import { counted, decimal } from './format.js';
import { generatorHealth } from './generator.js';
import type { CriterionRow, GeneratorHealth, HighestStep, HistorySecond, StageResult, StageTask } from './run-result.js';
import { fewPercentilesMs } from './statistics.js';
import type { Summary } from './summarize.js';

/** Judges each stage of the plan by the criteria that the load alone can prove. None of a load that is not our own. */
export function stageResults(summary: Summary): StageResult[] {
  if (summary.start.mode !== 'load') return [];
  return summary.stages.map((facts, index) => stageResult(facts, index, summary));
}

/**
 * The most users that held, of all stages before the first that failed: a target that has failed once is no longer the one that was
 * tested. Of several stages with as many users the last.
 */
export function highestStep(stages: readonly StageResult[]): HighestStep | null {
  const failed = stages.findIndex(({ status }) => status === 'fail');
  let highest: HighestStep | null = null;
  for (const [index, { name, users, status }] of stages.slice(0, failed === -1 ? stages.length : failed).entries()) {
    if (status === 'pass' && (highest === null || users >= highest.users)) highest = { index, name, users };
  }
  return highest;
}

function stageResult(facts: StageFacts, index: number, summary: Summary): StageResult {
  const { stage, window, load } = facts;
  const rows = secondsWithin(summary.history, window);
  const generator = generatorHealth(rows);
  const usersReached = rows.reduce((most, { users }) => Math.max(most, users.connected), 0);
  const criteria = rowsOf(facts, summary, { rows, generator, index });
  const failed = criteria.filter(({ status }) => status === 'fail').map(failureOf);
  const open = openReasons(facts, summary, { rows, generator, usersReached, criteria });
  const { requests, failures } = sumOfTasks(load);
  return {
    ...stage,
    status: failed.length > 0 ? 'fail' : open.length > 0 ? 'inconclusive' : 'pass',
    reasons: [...failed, ...open],
    window,
    seconds: rows.length,
    heldSeconds: rows.filter(({ users }) => users.connected >= stage.users).length,
    usersReached,
    requests,
    failures,
    drops: load.dropped,
    errorRate: failureShare(load).rate,
    saturatedSeconds: generator.saturatedSeconds,
    tasks: tasksOf(facts),
    criteria,
  };
}

function rowsOf(facts: StageFacts, summary: Summary, { rows, generator, index }: Inside): CriterionRow[] {
  const { load, window, stage } = facts;
  if (window === null) return [];
  // Users who are all connected make no handshakes: then there is nothing of them to be judged.
  const attempts = load.tasks.get(CONNECT)?.requests ?? 0;
  const judged = attempts > 0 ? loadCriteria : loadCriteria.filter((one) => one !== connectSuccessRate && one !== connectP95);
  const { thresholds } = summary;
  const measured = { from: window.from * 1000, to: window.to * 1000 };
  const seconds = rows.map(({ second }) => second);
  const recorded = secondsCover(seconds, window.from, window.to);
  const own = judged.flatMap((criterion) => criterion({ thresholds, load, generator, scope: `stage ${stage.name}`, measured, recorded }));
  return [...own, ...customStageRows(summary, { index, name: stage.name, window: measured, generator })];
}

interface Inside {
  rows: readonly HistorySecond[];
  generator: GeneratorHealth;
  /** The stage's, in the plan. */
  index: number;
}

interface Seen {
  rows: readonly HistorySecond[];
  generator: GeneratorHealth;
  usersReached: number;
  criteria: readonly CriterionRow[];
}

/** Why nobody can say that the stage held, whether or not it failed. */
function openReasons({ stage, window, endsAt }: StageFacts, { loadEnd, measured, start, thresholds }: Summary, seen: Seen): string[] {
  const { rows, generator, usersReached, criteria } = seen;
  if (window === null || endsAt === null) return ['no load was sent'];
  if (stage.users === 0) return ['it has no users'];
  if (window.from >= window.to) return [`it is over before a whole second has passed after its first ${decimal(start.settleSeconds, 1)} s`];
  if (rows.length === 0) return ['the load ended before anything of it could be judged'];
  const reasons: string[] = [];
  const isCut = loadEnd?.reason !== 'completed' && (measured === null || measured.to < endsAt);
  if (isCut) reasons.push('the load ended before the stage did');
  if (usersReached < stage.users) reasons.push(`at most ${usersReached} of ${counted(stage.users, 'user')} were connected`);
  if (generator.saturated) reasons.push(saturation(generator));
  // What a saturated generator keeps open is said once and not of each criterion.
  else
    reasons.push(
      ...criteria
        .filter((row) => isOpen(row, thresholds) && !(isCut && isShort(row)))
        .map(({ title, evidence }) => `${title}: ${evidence}`),
    );
  return reasons;
}

/**
 * Whether a row leaves its stage open. One of connects or of a rare task that came too seldom in it does not as long as what came was well:
 * in a short stage few have to connect again, and of few the slowest was judged.
 */
function isOpen({ id, status, code, required }: CriterionRow, { custom }: Summary['thresholds']): boolean {
  const isOwn = id !== 'error_rate' && !custom.some((one) => one.id === id);
  return required && status === 'inconclusive' && !(isOwn && code === 'too_few_samples');
}

/** What a stage that was cut off cannot have enough of. */
const isShort = ({ code }: CriterionRow): boolean => code === 'coverage' || code === 'gap' || code === 'too_few_samples';

const failureOf = ({ title, observed, threshold }: CriterionRow): string => `${title} is ${observed}, must be ${threshold}`;

function tasksOf({ load }: StageFacts): StageTask[] {
  return [...load.tasks.values()]
    .sort((a, b) => compareText(a.name, b.name))
    .map(({ name, requests, failures, latency, intended }) => ({
      name,
      requests,
      failures,
      latency: fewPercentilesMs(latency),
      intended: fewPercentilesMs(intended),
    }));
}

/** Rows are in the order of time. */
function secondsWithin(history: readonly HistorySecond[], window: StageFacts['window']): readonly HistorySecond[] {
  if (window === null) return [];
  return history.filter(({ second }) => second >= window.from && second < window.to);
}
