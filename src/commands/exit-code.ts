import { ExitCode } from '../errors.js';
import type { RunResult } from '../verdict/run-result.js';

const BY_VERDICT = { PASS: ExitCode.pass, FAIL: ExitCode.fail, INCONCLUSIVE: ExitCode.inconclusive } as const;

/** The code of a verdict, as `report` gives it for any run, however that ended. */
export function exitCodeOfVerdict(result: RunResult): ExitCode {
  if (result.ended?.reason === 'preflight_failed') return ExitCode.preflightFailed;
  if (result.ended?.reason === 'aborted') return ExitCode.aborted;
  return BY_VERDICT[result.verdict];
}

/** The code of something that a signal ended. */
export function exitCodeOfSignal(signal: unknown): ExitCode {
  return signal === 'SIGTERM' ? ExitCode.sigterm : ExitCode.sigint;
}

/** The code with which the run itself ends. */
export function exitCodeOfRun(result: RunResult): ExitCode {
  const { ended } = result;
  if (ended?.reason === 'signal') return exitCodeOfSignal(ended.signal);
  if (ended?.reason === 'error') return ExitCode.internal;
  return exitCodeOfVerdict(result);
}
