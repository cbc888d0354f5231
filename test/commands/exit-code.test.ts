import { describe, expect, it } from 'vitest';
import { exitCodeOfRun, exitCodeOfVerdict } from '../../src/commands/exit-code.js';
import type { JournalEvent } from '../../src/journal/event.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, rewrite } from '../verdict/journal-builder.js';

type RunEnd = Extract<JournalEvent, { type: 'run.end' }>;

const ended = (rest: Partial<RunEnd>) =>
  judge(summarize(rewrite(healthyRun(), (event) => (event.type === 'run.end' ? { ...event, ...rest } : event))));

describe('the exit code', () => {
  it.each([
    [{ reason: 'completed' }, 0, 0],
    [{ reason: 'aborted', message: 'error_rate: too high' }, 5, 5],
    [{ reason: 'preflight_failed' }, 4, 4],
    [{ reason: 'signal', signal: 'SIGTERM' }, 143, 0],
    [{ reason: 'error', message: 'disk full' }, 70, 3],
  ] as const)('of a run that ended with %o is %i, and %i when it is reported again', (rest, ofRun, ofReport) => {
    expect(exitCodeOfRun(ended(rest))).toBe(ofRun);
    expect(exitCodeOfVerdict(ended(rest))).toBe(ofReport);
  });
});
