import type { RunResult } from '../verdict/run-result.js';
import { counted, duration } from './text.js';

/** What was tested, in one line. */
export const tested = (result: RunResult): string =>
  `${result.target} with scenario ${result.scenario} as ${result.identity}: ${load(result)} (run ${result.runId})`;

function load({ mode, window, peakUsers, aggregated, external }: RunResult): string {
  if (window.loadStart === null) return mode === 'watch' ? 'nothing was watched' : 'no load was sent';
  const time = duration((window.loadEnd ?? window.lastEvent) - window.loadStart);
  if (mode === 'watch') return `watched for ${time}, no load was sent`;
  if (mode === 'load') return `${counted(peakUsers.active, 'user')} at most, ${time}, ${counted(aggregated.requests, 'request')}`;
  const requests = external?.rows.reduce((sum, row) => sum + row.requests, 0);
  const told = external?.files == null ? '' : `, ${counted(requests ?? 0, 'request')} as it tells`;
  return `load by ${external?.tool ?? 'another tool'}, ${time}${told}`;
}

/** Why the verdict is what it is, in one line. */
export const why = (result: RunResult): string => result.reasons.map(({ text }) => text).join('; ');

/** How far the target held, in one line. */
export function highestStep({ highestStep: step }: RunResult): string {
  return step === null ? 'no step is proven to have held' : `the highest step that held: ${counted(step.users, 'user')} (${step.name})`;
}
