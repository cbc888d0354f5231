import { counted } from './format.js';
import type { Reason } from './run-result.js';
import type { Summary } from './summarize.js';

/** Why the run as a whole cannot pass, whatever was measured: it was cut off, stopped, failed, or never sent load. */
export function runReasons(summary: Summary): Reason[] {
  const { loadStart, loadEnd, runEnd } = summary;
  const { what, whole } = WORDS[summary.start.mode];
  if (runEnd === null) return [cutOff(summary)];
  if (loadStart === null) return [noLoad(summary)];
  if (loadEnd === null) return [{ code: 'load_cut_off', text: `the journal does not hold the end of ${what}${because(runEnd.message)}` }];
  if (runEnd.reason === 'aborted') {
    return [{ code: 'aborted', text: `an abort rule stopped ${what} before ${whole} ended${because(runEnd.message)}` }];
  }
  if (loadEnd.reason === 'stopped') return [{ code: 'stopped', text: `${what} was stopped before ${whole} ended${by(summary)}` }];
  if (loadEnd.reason === 'error') return [{ code: 'load_error', text: `${what} ended with an error${because(loadEnd.message)}` }];
  if (runEnd.reason === 'error') return [{ code: 'run_error', text: `the run ended with an error${because(runEnd.message)}` }];
  return [];
}

/** What runs between `load.start` and `load.end`, and what it is meant to run to. */
const WORDS = {
  load: { what: 'the load', whole: 'its plan' },
  external: { what: "the other tool's load", whole: 'it' },
  watch: { what: 'the watch', whole: 'its time' },
} as const;

const because = (message: string | undefined): string => (message === undefined ? '' : `: ${message}`);

const by = ({ runEnd, loadEnd }: Summary): string => (runEnd?.signal === undefined ? because(loadEnd?.message) : ` by ${runEnd.signal}`);

function cutOff({ loadStart, loadEnd, start, lastEvent, history }: Summary): Reason {
  const after = counted(Math.round((lastEvent - start.t) / 1000), 'second');
  const load =
    loadStart === null
      ? 'before any load was sent'
      : loadEnd === null
        ? start.mode === 'load'
          ? `with ${counted(history.length, 'second')} of load`
          : `during ${WORDS[start.mode].what}`
        : `after ${WORDS[start.mode].what}`;
  return { code: 'cut_off', text: `the run was cut off: its journal ends after ${after}, ${load}, and does not hold the run's end` };
}

function noLoad({ checks, preflightPassed, runEnd }: Summary): Reason {
  if (runEnd?.reason === 'preflight_failed' || preflightPassed === false) {
    const failed = checks
      .filter(({ status, recommended }) => !recommended && (status === 'fail' || status === 'error'))
      .map(({ title }) => title);
    return { code: 'preflight_failed', text: `pre-flight failed, so no load was sent${failed.length > 0 ? `: ${failed.join(', ')}` : ''}` };
  }
  if (runEnd?.reason === 'signal') {
    return {
      code: 'stopped',
      text: `the run was stopped${runEnd.signal ? ` by ${runEnd.signal}` : ''} before its plan ended: no load was sent`,
    };
  }
  return { code: 'no_load', text: `no load was sent${because(runEnd?.message)}` };
}
