import { IDENTITIES } from '../config/schema-load.js';
import { parseAddress } from '../dashboard/address.js';
import type { FormDefaults } from '../dashboard/protocol.js';
import { type Dashboard, serveDashboard } from '../dashboard/server.js';
import { ConfigError, ExitCode, messageOf } from '../errors.js';
import { AttachedRuns, parseFromRun } from './attached-runs.js';
import type { FromDashboard } from './control-messages.js';
import type { Io } from './io.js';
import { languageOf } from './language.js';
import { resolveConfig } from './load-config.js';
import { StartedRuns } from './started-runs.js';
import { describeLink, uiToken } from './ui-token.js';

/** The options of `ui` as they were typed. */
export interface UiOptions {
  /** The configuration of every run that is started. */
  config?: string;
  out: string;
  listen: string;
  token?: string;
  /** Started by `run --ui`, whose run it shows. */
  attached?: boolean;
}

/** `loadwitness ui`: serves the page on which runs are started, followed and looked at again, until Ctrl-C. */
export async function ui(options: UiOptions, io: Io): Promise<ExitCode> {
  if (options.attached) return await attachedUi(options, io);
  const address = parseAddress(options.listen, '--listen');
  const token = uiToken(address, options.token, '--listen', io);
  const form = await formDefaults(options.config, io.env);
  const { out, config } = options;
  const runs = new StartedRuns({ out, config, env: io.env, say: io.say });
  const dashboard = await serveDashboard({
    ...{ address, option: '--listen', token: token.token, out, control: runs, form },
    current: () => runs.current,
    language: languageOf(io.env),
  });
  io.say(`live page: ${describeLink(dashboard.link, token)}`);
  await new Promise((resolve) => {
    if (io.signal.aborted) resolve(undefined);
    else io.signal.addEventListener('abort', resolve, { once: true });
  });
  if (runs.current !== undefined) io.say('the run ends first; once more to end at once');
  await runs.stop();
  await dashboard.close();
  // Ctrl-C is how this is meant to end.
  return ExitCode.pass;
}

/** What a run is when its form is left as it is. The target may be missing in the configuration, since the form can name it. */
async function formDefaults(file: string | undefined, env: NodeJS.ProcessEnv): Promise<FormDefaults> {
  const resolved = await resolveConfig({ file, flags: {}, env }).catch(async (error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    const any = await resolveConfig({ file, flags: { target: 'ws://127.0.0.1' }, env }).catch(() => {
      throw error;
    });
    return { config: { ...any.config, target: '' } };
  });
  const { target, stages, identity } = resolved.config;
  const plan = stages.map(({ users, spawnRate, untilSeconds }) => `${users}@${spawnRate}:${untilSeconds}s`).join(',');
  return { target, otherTargets: true, stages: plan, identity, identities: [...IDENTITIES] };
}

/** The page of the run that has started this process: it lasts as long as that says, whatever signals come. */
async function attachedUi({ out, listen, token: given }: UiOptions, io: Io): Promise<ExitCode> {
  const tell = (message: FromDashboard): void => void (process.connected && process.send?.(message, undefined, {}, () => {}));
  const address = parseAddress(listen, '--ui');
  const runs = new AttachedRuns(out, tell);
  let dashboard: Dashboard;
  try {
    const { token } = uiToken(address, given, '--ui', io);
    dashboard = await serveDashboard({
      ...{ address, option: '--ui', token, out, control: runs, form: null },
      current: () => runs.current,
      language: languageOf(io.env),
    });
  } catch (error) {
    tell({ type: 'refused', message: messageOf(error) });
    return ExitCode.usage;
  }
  tell({ type: 'serving', link: dashboard.link });
  await new Promise<void>((resolve) => {
    process.on('disconnect', resolve);
    process.on('message', (raw) => {
      const message = parseFromRun(raw);
      if (message?.type === 'close') resolve();
      else if (message) runs.hear(message);
    });
  });
  await dashboard.close();
  return ExitCode.pass;
}
