import { stripVTControlCharacters } from 'node:util';
import { commandSecrets, redactCommand } from '../config/command-secrets.js';
import { type ExitCode, UsageError } from '../errors.js';
import { visible } from '../report/text.js';
import { withControl } from './child-dashboard.js';
import { conduct } from './conduct.js';
import type { Drive, DriveContext, DriveEnd } from './drive.js';
import { figuresOf } from './external/figures.js';
import { requireProgram, startTool, type ToolOptions } from './external/tool.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { ownLoadOptions } from './options.js';
import { outputOptions } from './outputs.js';
import { type RunOptions, withHost } from './run.js';
import { withoutOwnLoad } from './without-own-load.js';

/** Name under which the journal tells what could not be taken over from another tool. */
const SOURCE = 'external';

/** `loadwitness run -- <command…>`: the night of another tool's load. */
export async function runBeside(command: readonly string[], options: RunOptions, io: Io): Promise<ExitCode> {
  const [own] = ownLoadOptions(options);
  if (own !== undefined) throw new UsageError(`${own} shapes our own load, and the load is that of the command after --: give it there`);
  if (options.repeat !== undefined || options.pause !== undefined) {
    throw new UsageError(
      '--repeat repeats our own load, and the load is that of the command after --: run it several times and compare the runs',
    );
  }
  await requireProgram(command, { cwd: process.cwd(), env: io.env });
  const { config, notices, secrets } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  const beside = withoutOwnLoad(config);
  for (const notice of [...notices, ...beside.notices]) io.say(`note: ${notice}`);
  const all = [...secrets, ...commandSecrets(command)];
  const { out, preflight, relaxNginx = false } = options;
  const night = { config: beside.config, secrets: all, out, preflight, relaxNginx, outputs: outputOptions(options) };
  return await withControl(options, io, ({ onFolder, io: itsIo }) => conduct({ ...night, drive: externalLoad(command), onFolder }, itsIo));
}

export interface ExternalOptions extends Pick<ToolOptions, 'graceMs'> {
  /** Folder that the tool runs in; this process's when left out. */
  cwd?: string;
}

/** The load of another tool: a command, program first, that is run beside the samplers. */
export function externalLoad(command: readonly string[], options: ExternalOptions = {}): Drive {
  return { mode: 'external', stopping: `${command[0]} is told to end`, run: async (ctx) => await driveExternal(command, options, ctx) };
}

/**
 * Runs the command from `load.start` to `load.end`. How it ended is told in `external.end`; that it failed is for the verdict to say.
 *
 * @throws UsageError when it cannot be started. Nothing was emitted then.
 */
async function driveExternal(command: readonly string[], options: ExternalOptions, { emit, stop, io }: DriveContext): Promise<DriveEnd> {
  if (stop.aborted) return 'stopped';
  const where = { cwd: options.cwd ?? process.cwd(), env: io.env };
  const figures = await figuresOf(command, where);
  // What it writes would be drawn into the live view.
  const onLine = (line: string): void => io.say(visible(stripVTControlCharacters(line)));
  const tool = await startTool(command, {
    ...where,
    ...(options.graceMs && { graceMs: options.graceMs }),
    ...(io.isTerminal && { onLine }),
  });
  emit({ type: 'external.start', tool: figures.tool, command: redactCommand(command) });
  emit({ type: 'load.start' });
  if (stop.aborted) tool.stop();
  else stop.addEventListener('abort', tool.stop, { once: true });
  const end = await tool.ended;
  stop.removeEventListener('abort', tool.stop);
  const reason = stop.aborted ? 'stopped' : 'completed';
  emit({ type: 'load.end', reason });
  emit({ type: 'external.end', ...end });
  await tool.cleanUp();
  const taken = await figures.read();
  if (taken.ok) emit({ type: 'external.summary', tool: figures.tool, files: taken.files, rows: taken.rows });
  else emit({ type: 'sampler.error', sampler: SOURCE, message: taken.problem });
  return reason;
}
