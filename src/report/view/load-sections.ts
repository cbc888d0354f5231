import type { RunResult, StageResult } from '../../verdict/run-result.js';
import { APART_TITLE, apartRows } from '../apart.js';
import { highestStep } from '../headline.js';
import { decimal, escapeHtml, ms, percent, utc } from '../text.js';
import { Html, number, type TableCell, tableSection, tag, text } from './html-table.js';

/** The plan, and how each of its stages went on its own. */
export function stages(result: RunResult): string {
  const columns = [
    ...[text(''), text('Stage'), number('Users'), number('Users a second'), number('Until second'), number('Users reached')],
    ...[number('Seconds judged'), number('Of them with all users'), number('Requests'), number('Failures'), number('Drops')],
    ...[number('Error rate'), text('p50 / p95 / p99 in ms, from the actual send and from the intended one'), text('Why')],
  ];
  const table = tableSection('Stages', columns, result.stages.map(stageRow));
  return result.window.loadStart === null || table === '' ? table : `${table}\n<p class="muted">${escapeHtml(highestStep(result))}</p>`;
}

function stageRow(stage: StageResult): TableCell[] {
  return [
    ...[tag(stage.status), stage.name, stage.users, decimal(stage.spawnRate, 2), decimal(stage.untilSeconds, 1), stage.usersReached],
    ...[stage.seconds, stage.heldSeconds, stage.requests, stage.failures, stage.drops],
    stage.errorRate === null ? 'N/A' : percent(stage.errorRate),
    lines(stage.tasks.map(({ name, latency, intended }) => `${name} ${few(latency)}, ${few(intended)}`)),
    lines(stage.reasons),
  ];
}

type Few = StageResult['tasks'][number]['latency'];
const few = (at: Few): string => (at === null ? 'N/A' : `${ms(at['50%'])} / ${ms(at['95%'])} / ${ms(at['99%'])}`);

const lines = (texts: readonly string[]): Html => new Html(texts.map(escapeHtml).join('<br>'));

/** The steps of the opening handshake and the time to reconnect. */
export function timings(result: RunResult): string {
  const rows = result.timings.map(({ name, count, latency }): TableCell[] => [name, count, ...Object.values(latency).map(ms)]);
  const percentiles = Object.keys(result.timings[0]?.latency ?? {});
  return tableSection('Handshakes and reconnects (ms)', [text(''), number('Times'), ...percentiles.map(number)], rows);
}

/** What is counted beside requests. */
export function apart(result: RunResult): string {
  const rows = apartRows(result).map(({ what, kind, count }) => [what, kind, count]);
  return tableSection(APART_TITLE, [text(''), text('Kind'), number('Count')], rows);
}

/** How the generator fared by each of its limits. */
export function generator({ generator: { seconds, saturatedSeconds, missingSeconds, most, beyond, limits } }: RunResult): string {
  if (seconds === 0) return '';
  const percentOf = (share: number): string => percent(share);
  const rows: TableCell[][] = [
    ['event loop blocked (ms)', ms(most.loopDelayMs), limits.loopDelayMs, beyond.loopDelayMs],
    ['event loop busy', percentOf(most.utilization), percentOf(limits.utilization), beyond.utilization],
    ['latest message (ms)', ms(most.lagMs), limits.lagMs, beyond.lagMs],
    ['garbage collection (ms a second)', ms(most.gcMs), limits.gcMs, beyond.gcMs],
    ['connects that its own machine refused', most.failures, limits.failures, beyond.failures],
    ['seconds without a record', missingSeconds, 0, missingSeconds],
    ['saturated seconds', percentOf(saturatedSeconds / seconds), percentOf(limits.share), saturatedSeconds],
  ];
  return tableSection('Load generator', [text(''), number('At worst'), number('Limit'), number('Seconds beyond')], rows);
}

/** What happened to the run as a whole. */
export function events(result: RunResult): string {
  const rows = result.events.map(({ t, text: what }) => [utc(t), what]);
  return tableSection('What happened', [text('When'), text('')], rows);
}
