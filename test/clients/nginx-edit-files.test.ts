import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerFiles, localFiles } from '../../src/clients/nginx-edit-files.js';
import { localExec } from '../helpers/local-exec.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-files-'));
  file = path.join(folder, 'a "b" $c.conf');
});
afterEach(() => rm(folder, { recursive: true }));

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe.each([
  ['localFiles', () => localFiles],
  ['containerFiles', () => containerFiles(localExec(), 'kindmap-nginx')],
])('%s', (_, create) => {
  it.each([
    ['every byte', EVERY_BYTE],
    ['what looks like an option and a format', Buffer.from('-v %s %d \\n\\0101 \'"`$(id)`')],
    ['more than one piece', randomBytes(100_000)],
    ['nothing', Buffer.alloc(0)],
    ['a number after a byte that has to be escaped', Buffer.from(';0;1;777;')],
  ])('writes and reads %s', async (_name, content) => {
    await writeFile(file, 'it was longer before, or it was not');
    const files = create();
    await files.write(file, content);
    expect((await readFile(file)).equals(content)).toBe(true);
    expect((await files.read(file))?.equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual([path.basename(file)]);
  });

  it('writes in place: the mode, the file itself and a link to it stay', async () => {
    await writeFile(file, 'before');
    await chmod(file, 0o640);
    const link = path.join(folder, 'link');
    await symlink(file, link);
    const before = await stat(file);
    await create().write(link, Buffer.from('after'));
    const after = await stat(file);
    expect([after.ino, after.mode]).toEqual([before.ino, before.mode]);
    expect(await readFile(file, 'utf8')).toBe('after');
  });

  it('proves that a file can be written without a change to it', async () => {
    await writeFile(file, 'before');
    const { mtimeMs } = await stat(file);
    await create().requireWritable(file);
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    await expect(create().requireWritable(path.join(folder, 'none'))).rejects.toThrow(/none/);
    expect(await readdir(folder)).toEqual([path.basename(file)]);
  });

  it('copies, removes, and tells that a file is not there', async () => {
    await writeFile(file, EVERY_BYTE);
    const files = create();
    const copy = path.join(folder, 'copy');
    await files.copy(file, copy);
    expect((await readFile(copy)).equals(EVERY_BYTE)).toBe(true);
    await files.remove(copy);
    await files.remove(copy);
    expect(await files.read(copy)).toBeUndefined();
  });
});

it('lets nothing of a file be seen in the arguments of a program', async () => {
  const docker = localExec();
  await containerFiles(docker, 'kindmap-nginx').write(file, Buffer.from('proxy_set_header Authorization secret;'));
  expect(JSON.stringify(docker.ran.map(({ argv }) => argv))).not.toContain('secret');
});
