import type { Command } from 'commander';
import { NoContainerError } from '../clients/docker.js';
import type { RelaxMeasure } from '../clients/nginx-edit.js';
import { withDocker } from '../clients/open.js';
import type { Config } from '../config/config.js';
import type { Flags } from '../config/load.js';
import { ExitCode, messageOf, UsageError } from '../errors.js';
import type { Io } from './io.js';
import { resolveConfig } from './load-config.js';
import { detailOf, measuresOf, nothingToRelax, ownedBy, refuseProduction } from './nginx/on-run.js';
import { MEASURES, relax } from './nginx/relax.js';
import { putBack, RESTORE_COMMAND } from './nginx/restore.js';
import { atPlace, type NginxSite, placeOf } from './nginx/site.js';
import { isOwned, nameOfPlace, type Relaxation, RelaxationStore, sha256Of } from './nginx/state.js';
import { withHost } from './run.js';

/** The options of `nginx relax` as they were typed. */
export interface RelaxOptions extends Pick<Flags, 'target' | 'yes'> {
  config?: string;
  /** `--target` under Locust's name. */
  host?: string;
  ipHash?: true;
  rateLimits?: true;
}

/** The options of `nginx restore` as they were typed. */
export interface RestoreOptions extends Pick<RelaxOptions, 'config' | 'target' | 'host'> {}

/** Adds the options that say what is switched off. */
export function addRelaxOptions(command: Command): Command {
  return command
    .option('--ip-hash', 'only this: round robin in place of ip_hash')
    .option('--rate-limits', 'only this: no limit_req and no limit_conn')
    .option('--yes', 'the target may be a production system: change its nginx all the same');
}

/** `loadwitness nginx relax`: switches off what stands between a load test and the backends, until `nginx restore`. */
export async function relaxNginxCommand(options: RelaxOptions, io: Io): Promise<ExitCode> {
  const config = await configOf(options, io);
  await refuseProduction(config);
  const store = new RelaxationStore(io.env);
  const place = await placeOf(config, io.env);
  return await atPlace(place, io, async (site) => {
    const before = await store.of(place);
    if (before !== undefined && (await isOwned(before))) throw new UsageError(ownedBy(before));
    const measures = asked(options, before);
    if (before !== undefined) {
      if (measures.every((one) => before.measures.includes(one)) && (await isInPlace(site, before))) {
        io.out(`nginx (${nameOfPlace(place)}) is relaxed already, since ${before.relaxedAt}: ${measuresOf(before)} off\n${HOW_BACK}`);
        return ExitCode.pass;
      }
      io.say(`nginx (${nameOfPlace(place)}) was left relaxed at ${before.relaxedAt}: its original is put back first`);
      await putBack(site, before, store);
    }
    const order = { measures, upstream: config.nginx?.upstream ?? '', target: config.target, now: new Date() };
    const relaxation = await relax(site, order, store);
    io.out(relaxation === undefined ? `${nothingToRelax(measures, config)}\n` : told(relaxation));
    return ExitCode.pass;
  });
}

/** `loadwitness nginx restore`: puts back every original that is not back yet, or that of the configuration's nginx. */
export async function restoreNginxCommand(options: RestoreOptions, io: Io): Promise<ExitCode> {
  const store = new RelaxationStore(io.env);
  const unfinished = await meantBy(options, store, io);
  if (unfinished.length === 0) io.out('nothing to restore: no nginx was left relaxed\n');
  let exitCode: ExitCode = ExitCode.pass;
  for (const one of unfinished) {
    // One that cannot be put back keeps no other from it.
    exitCode = (await putOneBack(one, store, io)) ? exitCode : ExitCode.fail;
  }
  return exitCode;
}

async function putOneBack(one: Relaxation, store: RelaxationStore, io: Io): Promise<boolean> {
  if (await isOwned(one)) {
    io.say(`left alone: ${ownedBy(one)}`);
    return true;
  }
  try {
    const restored = await atPlace(one.place, io, (site) => putBack(site, one, store));
    io.out(`nginx (${nameOfPlace(one.place)}) is restored\n${detailOf(restored).map(indented).join('')}`);
    return true;
  } catch (error) {
    io.say(messageOf(error));
    return false;
  }
}

async function meantBy(options: RestoreOptions, store: RelaxationStore, io: Io): Promise<Relaxation[]> {
  if (options.config === undefined && options.target === undefined && options.host === undefined) return await store.list();
  const one = await store.of(await placeOf(await configOf(options, io), io.env));
  return one === undefined ? [] : [one];
}

async function configOf(options: RelaxOptions, io: Io): Promise<Config> {
  const { config: file, target, yes } = withHost(options);
  const { config, notices } = await resolveConfig({ file, flags: { target, ...(yes && { yes }) }, env: io.env });
  for (const notice of notices) io.say(`note: ${notice}`);
  return await withoutMissingContainer(config, io);
}

/** As a run takes it: the file counts where there is no container of the usual name. */
async function withoutMissingContainer(config: Config, { env }: Io): Promise<Config> {
  if (config.nginx === undefined) return config;
  const { container, ...nginx } = config.nginx;
  if (container === undefined || nginx.config === undefined) return config;
  const isThere = await withDocker(config, env, async (docker) => {
    try {
      await docker.inspect(container);
      return true;
    } catch (error) {
      if (error instanceof NoContainerError) return false;
      throw error;
    }
  });
  return isThere ? config : { ...config, nginx };
}

/** Both where none is named; what is off already stays off. */
function asked({ ipHash, rateLimits }: RelaxOptions, before: Relaxation | undefined): RelaxMeasure[] {
  const all = Object.keys(MEASURES) as RelaxMeasure[];
  const isNamed = { 'ip-hash': ipHash === true, 'rate-limits': rateLimits === true };
  const named = all.filter((one) => isNamed[one]);
  return named.length === 0 ? all : all.filter((one) => isNamed[one] || before?.measures.includes(one));
}

/** Whether every file is still as it was made: a container that was made anew has its original again. */
async function isInPlace({ files }: NginxSite, relaxation: Relaxation): Promise<boolean> {
  const found = await Promise.all(relaxation.files.map(({ path }) => files.read(path)));
  return relaxation.files.every(({ relaxedSha256 }, index) => {
    const content = found[index];
    return content !== undefined && sha256Of(content) === relaxedSha256;
  });
}

const HOW_BACK = `until: ${RESTORE_COMMAND}\n`;

const indented = (line: string): string => `  ${line}\n`;

function told(relaxation: Relaxation): string {
  const lines = relaxation.files.flatMap(({ path, changes, backup }) => [
    ...changes.map(({ line, text }) => indented(`${path}:${line}  ${text}`)),
    indented(`original: ${backup}`),
  ]);
  return `nginx (${nameOfPlace(relaxation.place)}) is relaxed: ${measuresOf(relaxation)} off\n${lines.join('')}${HOW_BACK}`;
}
