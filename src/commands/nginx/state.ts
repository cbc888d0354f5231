import { createHash } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readProcess } from '../../clients/proc.js';
import { ExitCode, KnownError, messageOf } from '../../errors.js';

const place = z.union([
  z.strictObject({ container: z.string(), host: z.string().optional(), certPath: z.string().optional() }),
  z.strictObject({ config: z.string() }),
]);

/** Where an nginx is: in a container of an Engine, or on this machine with this configuration file. */
export type NginxPlace = z.infer<typeof place>;

const relaxedFile = z.strictObject({
  path: z.string(),
  /** Of the original, and of the file as it was made. */
  sha256: z.string(),
  relaxedSha256: z.string(),
  /** A copy of the original beside it. */
  backup: z.string(),
  changes: z.array(z.strictObject({ line: z.int(), text: z.string() })),
  /** The original, in base64: a backup in a container is gone when that is made anew, and a mounted file is not. */
  original: z.base64(),
});
export type RelaxedFile = z.infer<typeof relaxedFile>;

const relaxation = z.strictObject({
  version: z.literal(1),
  relaxedAt: z.iso.datetime(),
  target: z.string(),
  place,
  /** Of the master that took it up, on this machine. */
  master: z.int().optional(),
  measures: z.array(z.enum(['ip-hash', 'rate-limits'])),
  /** The process that puts the original back when it is done; left out: a person does. */
  owner: z.strictObject({ pid: z.int(), startTicks: z.int().optional() }).optional(),
  files: z.array(relaxedFile),
});

/** An nginx whose original configuration has not been put back yet. */
export type Relaxation = z.infer<typeof relaxation>;

/** How a place is called in a sentence. */
export const nameOfPlace = (of: NginxPlace): string => ('container' in of ? of.container : of.config);

/** Keeps what was changed until it is put back, a file for each nginx, readable by its owner alone. Later commands look here, whatever their folder is. */
export class RelaxationStore {
  private readonly folder: string;

  constructor(env: NodeJS.ProcessEnv) {
    const local = process.platform === 'win32' ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
    this.folder = join(local || join(env.HOME || homedir(), '.local', 'state'), 'loadwitness', 'nginx-relaxed');
  }

  /** All that are not put back yet. Rejects with a KnownError when one cannot be read. */
  async list(): Promise<Relaxation[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => this.read(join(this.folder, name))));
  }

  async of(wanted: NginxPlace): Promise<Relaxation | undefined> {
    const key = keyOf(wanted);
    return (await this.list()).find((one) => keyOf(one.place) === key);
  }

  /** Keeps it, on the disk when this resolves. Rejects when there is one of this nginx already: two at a time would take each other's work for the original. */
  async add(one: Relaxation): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = this.fileOf(one.place);
    const whole = `${file}.${process.pid}.new`;
    const handle = await open(whole, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify(one));
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      await link(whole, file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      throw new KnownError(`another command relaxes ${nameOfPlace(one.place)} at this moment`, ExitCode.preflightFailed);
    } finally {
      await rm(whole, { force: true });
    }
  }

  async remove(one: Relaxation): Promise<void> {
    await rm(this.fileOf(one.place), { force: true });
  }

  private fileOf(of: NginxPlace): string {
    return join(this.folder, `${keyOf(of)}.json`);
  }

  private async read(file: string): Promise<Relaxation> {
    try {
      return relaxation.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (error) {
      throw new KnownError(`${file} tells of an nginx that is still relaxed, and cannot be read: ${messageOf(error)}`, ExitCode.internal);
    }
  }
}

/** Whether the process that will put it back is still at work. */
export async function isOwned({ owner }: Relaxation): Promise<boolean> {
  if (owner === undefined || owner.pid === process.pid) return owner !== undefined;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // It is there, and another user's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (owner.startTicks === undefined) return true;
  const now = await readProcess(owner.pid).catch(() => undefined);
  return now?.startTicks === owner.startTicks;
}

/** Of a file's bytes, in hexadecimal digits. */
export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** This process as an owner. */
export async function thisProcess(): Promise<NonNullable<Relaxation['owner']>> {
  // Without /proc the pid has to do.
  const own = await readProcess(process.pid).catch(() => undefined);
  return { pid: process.pid, ...(own && { startTicks: own.startTicks }) };
}

function keyOf(of: NginxPlace): string {
  const identity = 'container' in of ? ['container', of.host ?? '', of.container] : ['config', of.config];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
}
