import type { DockerClient } from '../../clients/docker.js';
import type { RelaxMeasure } from '../../clients/nginx-edit.js';
import { whereaboutsOf } from '../../clients/whereabouts.js';
import type { Config } from '../../config/config.js';
import { messageOf, UsageError } from '../../errors.js';
import type { Emit } from '../../journal/event.js';
import type { Io } from '../io.js';
import { MEASURES, relax } from './relax.js';
import { putBack, RESTORE_COMMAND, type Restored } from './restore.js';
import { atPlace, placeOf } from './site.js';
import { isOwned, nameOfPlace, type Relaxation, RelaxationStore, thisProcess } from './state.js';

/** An nginx that is relaxed for the time of one run. */
export interface RelaxedRun {
  /** Puts the original back and checks that it is. The second call does nothing. Never rejects: what went wrong is said, and in the journal. */
  restore(): Promise<void>;
}

const ALL: readonly RelaxMeasure[] = ['ip-hash', 'rate-limits'];

/**
 * Relaxes the target's nginx for one run. One that is still relaxed is put back first, so that what is taken for the original is that.
 * No signal ends it half-way.
 *
 * @throws UsageError for a production target without --yes, and where no nginx is configured.
 * @throws KnownError when it cannot be done: nothing is changed then.
 */
export async function relaxNginx(
  config: Config,
  docker: DockerClient | undefined,
  io: Pick<Io, 'say' | 'env'>,
  emit: Emit,
): Promise<RelaxedRun> {
  await refuseProduction(config);
  const store = new RelaxationStore(io.env);
  const place = await placeOf(config, io.env);
  const tell = (what: string, detail: string): void => {
    io.say(`nginx ${what}: ${detail}`);
    emit({ type: 'target.event', sampler: 'nginx-relax', component: 'nginx', what, detail });
  };
  const relaxation = await atPlace(place, { env: io.env, docker }, async (site) => {
    const before = await store.of(place);
    if (before !== undefined) {
      if (await isOwned(before)) throw new UsageError(ownedBy(before));
      for (const line of detailOf(await putBack(site, before, store))) tell('restored', `left relaxed at ${before.relaxedAt}; ${line}`);
    }
    const order = { measures: ALL, upstream: config.nginx?.upstream ?? '', target: config.target, now: new Date() };
    return await relax(site, { ...order, owner: await thisProcess() }, store);
  });
  if (relaxation === undefined) {
    tell('not relaxed', nothingToRelax(ALL, config));
    return { restore: async () => undefined };
  }
  tell('relaxed', summaryOf(relaxation));
  const restore = async (): Promise<void> => {
    try {
      const restored = await atPlace(place, { env: io.env, docker }, (site) => putBack(site, relaxation, store));
      for (const line of detailOf(restored)) tell('restored', line);
    } catch (error) {
      tell('restore-failed', messageOf(error));
    }
  };
  let restoring: Promise<void> | undefined;
  return {
    restore: () => {
      restoring ??= restore();
      return restoring;
    },
  };
}

/**
 * One line that says which nginx is still relaxed, and what to type; undefined when that of this target is not, or when a run that is
 * under way will see to it. Never rejects: what cannot be known is said in the line.
 */
export async function unfinishedRelaxation(config: Config, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const place = await placeOf(config, env).catch(() => undefined);
    const all = await new RelaxationStore(env).list();
    const isMeant = (one: Relaxation): boolean =>
      one.target === config.target || (place !== undefined && nameOfPlace(one.place) === nameOfPlace(place));
    const unfinished: Relaxation[] = [];
    for (const one of all.filter(isMeant)) if (!(await isOwned(one))) unfinished.push(one);
    return unfinished.length === 0 ? undefined : unfinishedText(unfinished);
  } catch (error) {
    return `whether nginx is still relaxed cannot be told: ${messageOf(error)}`;
  }
}

function unfinishedText(unfinished: readonly Relaxation[]): string {
  const which = unfinished.map((one) => `${nameOfPlace(one.place)} (${measuresOf(one)} off since ${one.relaxedAt})`).join(', ');
  return `nginx is still relaxed: ${which}; its original is put back by: ${RESTORE_COMMAND}`;
}

/** What the target's nginx does in a test must not reach those who depend on a real one. @throws UsageError */
export async function refuseProduction({ target, yes }: Config): Promise<void> {
  if (yes) return;
  const { hostname } = new URL(target);
  const mend = 'without ip_hash and rate limits it treats its real users differently: ask those who run it, and say so with --yes';
  const { place } = await whereaboutsOf(target).catch((error: unknown) => {
    throw new UsageError(`nginx is not relaxed: where ${hostname} is cannot be told (${messageOf(error)}); ${mend}`);
  });
  if (place === 'public')
    throw new UsageError(`nginx is not relaxed: ${hostname} is public, a production system as far as can be told; ${mend}`);
}

/** What was switched off, where: `ip_hash, rate limits off; /etc/nginx/nginx.conf:12 ip_hash; …`. */
function summaryOf(relaxation: Relaxation): string {
  const places = relaxation.files.map(
    ({ path, changes, backup, sha256 }) =>
      `${path} (${changes.map(({ line, text }) => `line ${line}: ${text}`).join(' ')} original: ${backup}, sha256 ${sha256})`,
  );
  return `${measuresOf(relaxation)} off in ${nameOfPlace(relaxation.place)}: ${places.join('; ')}`;
}

/** What was found when the original was back, a line for each file. */
export function detailOf({ files, notReloaded }: Restored): string[] {
  const reload = notReloaded === undefined ? 'reloaded' : `not reloaded: ${notReloaded}`;
  return files.map(({ path, sha256, changed }) => {
    const other = changed === undefined ? '' : `; it had been changed meanwhile, which is kept in ${changed}`;
    return `${path} is the original again, byte for byte (sha256 ${sha256} before and after), ${reload}${other}`;
  });
}

export const measuresOf = ({ measures }: Pick<Relaxation, 'measures'>): string => measures.map((one) => MEASURES[one]).join(' and ');

export function nothingToRelax(measures: readonly RelaxMeasure[], { nginx }: Config): string {
  const upstream = nginx?.upstream ? ` in upstream ${nginx.upstream}` : '';
  const what = measures.map((one) => (one === 'ip-hash' ? `no ip_hash${upstream}` : 'no limit_req or limit_conn'));
  return `nothing to switch off: its configuration has ${what.join(' and ')}`;
}

export const ownedBy = (one: Relaxation): string =>
  `${nameOfPlace(one.place)} is relaxed for a run that is under way (process ${one.owner?.pid}), which puts it back at its end`;
