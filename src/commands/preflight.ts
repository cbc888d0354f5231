import { checks } from '../../checks/index.js';
import { ExitCode } from '../errors.js';
import { checkIdentities } from '../load/identities/resolve.js';
import { runPreflight } from '../preflight/runner.js';
import { renderChecklist } from '../report/terminal.js';
import { createAuth } from './auth.js';
import { createCheckContext } from './check-context.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { prepareMachine } from './machine.js';
import { type RunOptions, withHost } from './run.js';

/** `loadwitness preflight`: the checklist alone. */
export async function preflight(options: Omit<RunOptions, 'out' | 'preflight'>, io: Io): Promise<ExitCode> {
  const { config, notices } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  for (const notice of notices) io.say(`note: ${notice}`);
  await checkIdentities(config, io.env);
  const { passed, results } = await runPreflight({
    checks,
    ctx: createCheckContext({ config, auth: createAuth(config), env: io.env, onSecret: () => {} }, io.signal),
    emit: () => {},
  });
  io.out(renderChecklist(results, { colour: io.colour }));
  await prepareMachine(config, io);
  return passed ? ExitCode.pass : ExitCode.preflightFailed;
}
