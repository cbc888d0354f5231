import { copyFile, open, readFile, rm } from 'node:fs/promises';
import { posix } from 'node:path';
import type { DockerClient } from './docker.js';

/** The files of a configuration where they are, byte for byte. Every call rejects with the file's path and what is wrong. */
export interface NginxFiles {
  /** Undefined when it is not there. */
  read(file: string): Promise<Buffer | undefined>;
  /** Rejects when it could not be written. Changes nothing. */
  requireWritable(file: string): Promise<void>;
  /** Writes it in place: a mounted file, its owner and its mode stay what they are. */
  write(file: string, content: Buffer): Promise<void>;
  copy(file: string, to: string): Promise<void>;
  /** No error when it is not there. */
  remove(file: string): Promise<void>;
}

/** Those of this machine. */
export const localFiles: NginxFiles = {
  async read(file) {
    try {
      return await readFile(file);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  async requireWritable(file) {
    await (await open(file, 'r+')).close();
  },
  async write(file, content) {
    const handle = await open(file, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return open(file, 'w');
      throw error;
    });
    try {
      await handle.writeFile(content);
      await handle.truncate(content.length);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  copy: (file, to) => copyFile(file, to),
  remove: (file) => rm(file, { force: true }),
};

/** One variable of a process's environment holds 128 KiB, and a byte may take four characters. */
const BYTES_AT_A_TIME = 30_000;

/**
 * Those in a container, with nothing there but `sh`, `cat` and `rm`. What is written goes through the environment of a program and not through
 * its arguments, which everybody may read.
 */
export function containerFiles(docker: Pick<DockerClient, 'exec'>, container: string): NginxFiles {
  async function shell(script: string, files: readonly string[], env: Record<string, string> = {}): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await docker.exec(container, ['sh', '-c', script, 'sh', ...files], { env });
    if (exitCode === 0) return stdout;
    throw new Error(`${files[0]} in ${container}: ${stderr.toString('utf8').trim() || `sh ended with ${exitCode}`}`);
  }
  return {
    async read(file) {
      const { exitCode } = await docker.exec(container, ['sh', '-c', 'test -f "$1"', 'sh', file]);
      if (exitCode === 1) return undefined;
      return await shell('cat "$1"', [file]);
    },
    requireWritable: async (file) => void (await shell('test -f "$1" && : >> "$1"', [file])),
    async write(file, content) {
      // All that is sent is there before the file itself is touched.
      const whole = posix.join(posix.dirname(file), `.${posix.basename(file)}.loadwitness-new`);
      try {
        for (let at = 0; at === 0 || at < content.length; at += BYTES_AT_A_TIME) {
          const LOADWITNESS_PIECE = octal(content.subarray(at, at + BYTES_AT_A_TIME));
          await shell(`umask 077; printf "$LOADWITNESS_PIECE" ${at === 0 ? '>' : '>>'} "$2"`, [file, whole], { LOADWITNESS_PIECE });
        }
        await shell('cat "$2" > "$1"', [file, whole]);
      } finally {
        await shell('rm -f "$2"', [file, whole]);
      }
    },
    copy: async (file, to) => void (await shell('umask 077; cat "$1" > "$2"', [file, to])),
    remove: async (file) => void (await shell('rm -f "$1"', [file])),
  };
}

/** A format for printf(1) that prints these bytes: all but letters, digits and blanks as `\ooo`, which every shell takes. */
function octal(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^A-Za-z0-9 ]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
