import { checks } from '../../checks/index.js';
import { loadConfig } from '../config/load.js';
import { ExitCode } from '../errors.js';
import { runPreflight } from '../preflight/runner.js';
import { renderChecklist } from '../report/terminal.js';
import { createCheckContext } from './check-context.js';
import type { Io } from './io.js';
import { createLogin } from './login.js';
import { type RunOptions, withHost } from './run.js';

/** `loadwitness preflight`: the checklist alone. */
export async function preflight(options: Omit<RunOptions, 'out' | 'preflight'>, io: Io): Promise<ExitCode> {
  const { config, notices } = loadConfig({ file: options.config, flags: withHost(options), env: io.env });
  for (const notice of notices) io.say(`note: ${notice}`);
  const { passed, results } = await runPreflight({
    checks,
    ctx: createCheckContext(config, createLogin(config.target), io.signal),
    emit: () => {},
  });
  io.out(renderChecklist(results, { colour: io.colour }));
  return passed ? ExitCode.pass : ExitCode.preflightFailed;
}
