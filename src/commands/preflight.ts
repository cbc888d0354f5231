import { resolve } from 'node:path';
import { Redactor } from '../bundle/redact.js';
import { closest } from '../config/similar.js';
import { ExitCode, UsageError } from '../errors.js';
import { checkIdentities } from '../load/identities/resolve.js';
import type { Check } from '../preflight/check.js';
import { type Selection, select } from '../preflight/selection.js';
import type { Checklist } from '../report/checklist.js';
import { checkListJson, renderCheckList } from '../report/checklist-list.js';
import { renderChecklist } from '../report/checklist-terminal.js';
import { createAuth } from './auth.js';
import { createCheckContext } from './check-context.js';
import { runChecklist } from './checklist.js';
import { CHECKLIST_REPORTS } from './checklist-reports.js';
import { cleanError, cleanIo } from './clean-io.js';
import { exitCodeOfSignal } from './exit-code.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { prepareMachine } from './machine.js';
import { unfinishedRelaxation } from './nginx/on-run.js';
import { checklistOf } from './project-checks.js';
import { isForStdout, parseReports, type ReportFile, writeReportFiles } from './report-files.js';
import { type RunOptions, withHost } from './run.js';
import { lookAround, type Surroundings } from './surroundings.js';
import { VERSION } from './version.js';

/** The options of `preflight` as they were typed. */
export interface PreflightOptions extends Omit<RunOptions, 'preflight' | 'report'> {
  /** Ids, and lists of ids with commas; empty: all. */
  only: readonly string[];
  skip: readonly string[];
  /** Only tells what there is to check, as a table or, for `json`, as that. */
  list?: true | string;
  /** Each `<format>=<path>`. */
  report: readonly string[];
}

/**
 * `loadwitness preflight`: the checklist alone.
 *
 * @returns 0 when load may be sent, 4 when not, whatever was asked for as its output.
 */
export async function preflight(options: PreflightOptions, plainIo: Io): Promise<ExitCode> {
  if (options.list !== undefined) return await tellChecks(options, plainIo);
  const redactor = new Redactor();
  const io = cleanIo(plainIo, redactor);
  const reports = parseReports(options.report, CHECKLIST_REPORTS);
  const { config: planned, notices, secrets } = await resolveConfig({ file: options.config, flags: withHost(options), env: io.env });
  const selection = selectionOf(await checklistOf(planned), options);
  for (const notice of [...notices, ...alsoNeeded(selection)]) io.say(`note: ${notice}`);
  await checkIdentities(planned, io.env);
  for (const secret of secrets) redactor.add(secret);
  const surroundings = await lookAround(planned, io, true);
  const unfinished = await unfinishedRelaxation(surroundings.config, io.env);
  if (unfinished !== undefined) io.say(unfinished);
  try {
    const checklist = await checkAll({ surroundings, selection, redactor, out: options.out }, io);
    await tell(checklist, reports, io);
    if (io.signal.aborted) return exitCodeOfSignal(io.signal.reason);
    if (options.only.length === 0) await prepareMachine(surroundings.config, io);
    return checklist.passed ? ExitCode.pass : ExitCode.preflightFailed;
  } catch (error) {
    throw cleanError(error, redactor);
  } finally {
    await surroundings.close();
  }
}

interface Run {
  surroundings: Surroundings;
  selection: Selection;
  redactor: Redactor;
  /** Folder under which evidence would be written. */
  out: string;
}

async function checkAll({ surroundings: { config, redis }, selection, redactor, out }: Run, io: Io): Promise<Checklist> {
  const startedAt = Date.now();
  const onSecret = (secret: string): void => redactor.add(secret);
  const context = { config, auth: createAuth(config), redis, env: io.env, out, yes: config.yes, onSecret };
  const { checks, skip } = selection;
  const { passed, results } = await runChecklist(
    { checks, skip, ctx: createCheckContext(context, io.signal), emit: () => {}, redactor },
    io,
  );
  return { tool: VERSION, target: redactor.redact(config.target), startedAt, passed, strict: config.strict, items: results };
}

/** stdout holds one document: a report that goes there takes the place of the table. */
async function tell(checklist: Checklist, reports: readonly ReportFile<Checklist>[], io: Io): Promise<void> {
  if (!isForStdout(reports)) {
    // Where both are the same terminal the list has just been shown in it.
    const onlyProblems = io.isTerminal && io.outIsTerminal;
    io.out(`${onlyProblems ? '\n' : ''}${renderChecklist(checklist.items, { colour: io.colour, onlyProblems })}`);
  }
  await writeReportFiles(reports, checklist, io.out);
}

/** A list needs no target, and asks nobody anything. */
async function tellChecks(options: PreflightOptions, io: Io): Promise<ExitCode> {
  const { list, config: file, checks: folder } = options;
  if (list !== true && list !== 'json') throw new UsageError(`--list: must be json where it is anything, is "${list}"`);
  const config =
    file === undefined
      ? { ...(folder !== undefined && { checksFolder: resolve(folder) }) }
      : (await resolveConfig({ file, flags: withHost(options), env: io.env, base: { target: 'ws://127.0.0.1' } })).config;
  const { checks, skip } = selectionOf(await checklistOf(config), options);
  const listed = checks.filter(({ id }) => !skip.has(id));
  io.out(list === 'json' ? checkListJson(listed) : renderCheckList(listed));
  return ExitCode.pass;
}

/** @throws UsageError for an id that no check has, with the nearest, and for one that is both wanted and not. */
function selectionOf(checks: readonly Check[], options: Pick<PreflightOptions, 'only' | 'skip'>): Selection {
  const known = checks.map(({ id }) => id);
  const only = idsIn('--only', options.only, known);
  const skip = idsIn('--skip', options.skip, known);
  const both = only.find((id) => skip.includes(id));
  if (both !== undefined) throw new UsageError(`${both} is named by --only and by --skip`);
  return select(checks, only, skip);
}

function idsIn(flag: string, texts: readonly string[], known: readonly string[]): string[] {
  const ids = texts.flatMap((text) => text.split(',')).map((id) => id.trim());
  for (const id of ids) {
    if (known.includes(id)) continue;
    const meant = closest(id, known);
    throw new UsageError(
      `${flag}: no check is called "${id}"${meant ? `, did you mean "${meant}"?` : '; preflight --list tells them all'}`,
    );
  }
  return ids;
}

function alsoNeeded({ alsoNeeded: needed }: Selection): string[] {
  return needed.length === 0 ? [] : [`also run, since others come after them: ${needed.map(({ id }) => id).join(', ')}`];
}
