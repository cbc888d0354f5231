import type { RunResult } from '../verdict/run-result.js';
import { counted, duration } from './text.js';

/** What was tested, in one line. */
export function tested(result: RunResult): string {
  const { loadStart, loadEnd, lastEvent } = result.window;
  const load =
    loadStart === null
      ? 'no load was sent'
      : `${counted(result.peakUsers.active, 'user')} at most, ${duration((loadEnd ?? lastEvent) - loadStart)}, ${counted(result.aggregated.requests, 'request')}`;
  return `${result.target} with scenario ${result.scenario} as ${result.identity}: ${load} (run ${result.runId})`;
}

/** Why the verdict is what it is, in one line. */
export const why = (result: RunResult): string => result.reasons.map(({ text }) => text).join('; ');

/** How far the target held, in one line. */
export function highestStep({ highestStep: step }: RunResult): string {
  return step === null ? 'no step is proven to have held' : `the highest step that held: ${counted(step.users, 'user')} (${step.name})`;
}
