import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, realpath, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DockerError } from '../../src/clients/docker/errors.js';
import { jsonLines } from '../../src/clients/docker/stream.js';
import { connectionFor } from '../../src/demo/containers/connection.js';
import type { StackImages } from '../../src/demo/containers/options.js';
import { findPrograms } from '../../src/demo/packages.js';
import { until } from '../helpers/until.js';

const REPOSITORY = 'loadwitness-test/node';
const FOLDERS = ['tmp', 'run', 'proc', 'sys', 'dev', 'etc/nginx', 'var/lib/nginx', 'var/log/nginx', 'var/run', 'root', 'app'];
const FILES: Record<string, string> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n',
  'etc/group': 'root:x:0:\nnginx:x:101:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

/**
 * One image with node, redis-server, redis-cli, nginx, sh, cat, sleep and tail, made of this machine's own programs and the libraries that they
 * need: no registry is asked. Made once, and again when a program changes (it is named after the paths, sizes and times of its files).
 */
export async function makeImages(): Promise<StackImages> {
  const files = await filesOf(await programs());
  const image = `${REPOSITORY}:${await fingerprint(files)}`;
  await onlyOneAtATime(image, () => make(image, files));
  return { node: image, redis: image, nginx: image };
}

/** Programs by their path within the image. */
async function programs(): Promise<Map<string, string>> {
  const { redisServer, nginx } = await findPrograms({ install: true, onProgress: (line) => process.stderr.write(`${line}\n`) });
  const redisCli = path.join(path.dirname(redisServer), 'redis-cli');
  return new Map([
    ['usr/local/bin/node', process.execPath],
    // Debian's redis-server and redis-check-rdb are one program under several names.
    ['usr/local/bin/redis-server', redisServer],
    ['usr/local/bin/redis-cli', redisCli],
    ['usr/local/bin/nginx', nginx],
    ...['sh', 'cat', 'sleep', 'tail'].map((name): [string, string] => [`bin/${name}`, `/bin/${name}`]),
  ]);
}

/** The programs and all that ldd names for them. */
async function filesOf(programs: Map<string, string>): Promise<Map<string, string>> {
  const files = new Map(programs);
  for (const program of programs.values()) {
    const { stdout } = await promisify(execFile)('ldd', [program]);
    for (const [library] of stdout.matchAll(/\/[^\s:]+\.so[^\s:]*/g)) files.set(library.slice(1), library);
  }
  return files;
}

async function fingerprint(files: Map<string, string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([FOLDERS, FILES]));
  for (const [inside, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${inside} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

async function make(image: string, files: Map<string, string>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-image-'));
  const connection = connectionFor({ env: process.env });
  try {
    await layOut(folder, files);
    // `-h` puts the files in the place of the links to them.
    const tar = spawn('tar', ['-h', '--owner=0', '--group=0', '-C', folder, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [repo, tag] = image.split(':');
    const changes = ['ENV PATH=/usr/local/bin:/bin', 'WORKDIR /'];
    const open = (): Promise<IncomingMessage> =>
      connection.docker.importImage(tar.stdout, { fromSrc: '-', repo, tag, changes } as object) as unknown as Promise<IncomingMessage>;
    for await (const { error } of jsonLines<{ error?: string }>(connection.reading(open, undefined, 60_000, async () => undefined))) {
      if (error !== undefined) throw new Error(error);
    }
  } finally {
    connection.close();
    await rm(folder, { recursive: true });
  }
}

async function layOut(folder: string, files: Map<string, string>): Promise<void> {
  for (const name of FOLDERS) await mkdir(path.join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(path.join(folder, name), text);
  for (const [inside, file] of files) {
    const place = path.join(folder, inside);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(await realpath(file), place);
  }
}

/** Test files run beside each other, and each wants the image: the first one makes it. */
async function onlyOneAtATime(image: string, work: () => Promise<void>): Promise<void> {
  const lock = path.join(tmpdir(), `${image.replaceAll(/[/:]/g, '-')}.lock`);
  await until(
    `the image ${image}`,
    async () => {
      if (await isThere(image)) return true;
      const mine = await take(lock);
      if (!mine) return false;
      try {
        if (!(await isThere(image))) await work();
        return true;
      } finally {
        await unlink(lock);
      }
    },
    180_000,
  );
}

/** Whether the lock was free. One of a process that is gone counts as free from the next time on. */
async function take(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = (await readFile(lock, 'utf8').catch(() => '')).trim();
    if (holder !== '' && !existsSync(`/proc/${holder}`)) await unlink(lock).catch(() => undefined);
    return false;
  }
}

async function isThere(image: string): Promise<boolean> {
  const connection = connectionFor({ env: process.env });
  try {
    await connection.get(`/images/${image}/json`, undefined);
    return true;
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return false;
    throw error;
  } finally {
    connection.close();
  }
}
