import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { messageOf } from '../../errors.js';
import { k6File, parseK6 } from './k6.js';
import { locustFiles, parseLocust } from './locust.js';
import type { ExternalRow } from './row.js';

/** What another tool leaves behind, or why there is nothing to take over. */
export type Figures = { ok: true; files: string[]; rows: ExternalRow[] } | { ok: false; problem: string };

/** Where the figures of one command will be. */
export interface FiguresSource {
  /** `locust`, `k6`, or the program's name. */
  tool: string;
  /** Reads them when the tool has ended. Only files that it has written since this source was made count. */
  read(): Promise<Figures>;
}

export interface FiguresOptions {
  /** Folder that the tool runs in. */
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Finds out of a command which tool it is and where its figures will be. To be called before the tool starts. */
export async function figuresOf(command: readonly string[], { cwd, env }: FiguresOptions): Promise<FiguresSource> {
  const tool = toolOf(command);
  if (tool === 'locust') return await locustSource(command, { cwd, env });
  if (tool === 'k6') return await k6Source(command, { cwd, env });
  const problem = `the figures of ${tool} are not known here: only those of Locust (--csv) and k6 (--summary-export) are`;
  return { tool, read: async () => ({ ok: false, problem }) };
}

/** Also behind another program: `python3 -m locust`, `uv run locust`, `nice k6`. */
export function toolOf(command: readonly string[]): string {
  const names = command.map((word) => basename(word.replaceAll('\\', '/')).replace(/\.exe$/i, ''));
  return names.find((name) => name === 'locust' || name === 'k6') ?? names[0] ?? '';
}

async function locustSource(command: readonly string[], { cwd, env }: FiguresOptions): Promise<FiguresSource> {
  const files = locustFiles(command, env);
  const tool = 'locust';
  if (files === undefined) {
    return { tool, read: async () => ({ ok: false, problem: 'Locust was not told to leave its figures: give it --csv <prefix>' }) };
  }
  const stats = await watchFile(resolve(cwd, files.stats));
  const failures = await watchFile(resolve(cwd, files.failures));
  return {
    tool,
    read: async () =>
      await taken(files.stats, async () => {
        const text = await stats();
        if (text === undefined) return { ok: false, problem: `Locust has not written ${files.stats} in this run` };
        // Without it the counts stand, and only what failed is not told.
        const errors = await failures();
        const names = [files.stats, ...(errors === undefined ? [] : [files.failures])];
        return { ok: true, files: names, rows: parseLocust(text, errors) };
      }),
  };
}

async function k6Source(command: readonly string[], { cwd, env }: FiguresOptions): Promise<FiguresSource> {
  const file = k6File(command, env);
  const tool = 'k6';
  if (file === undefined) {
    const problem = 'k6 was not told to leave its figures: give it --summary-export <file> (what handleSummary writes is not known here)';
    return { tool, read: async () => ({ ok: false, problem }) };
  }
  const read = await watchFile(resolve(cwd, file));
  return {
    tool,
    read: async () =>
      await taken(file, async () => {
        const text = await read();
        return text === undefined
          ? { ok: false, problem: `k6 has not written ${file} in this run` }
          : { ok: true, files: [file], rows: parseK6(text) };
      }),
  };
}

async function taken(file: string, take: () => Promise<Figures>): Promise<Figures> {
  try {
    return await take();
  } catch (error) {
    return { ok: false, problem: `${file} cannot be used: ${messageOf(error)}` };
  }
}

/** Gives the text of a file if it is another one then than now: what an earlier run left is not this one's. */
async function watchFile(path: string): Promise<() => Promise<string | undefined>> {
  const before = await stamp(path);
  return async () => {
    const after = await stamp(path);
    return after === undefined || after === before ? undefined : await readFile(path, 'utf8');
  };
}

/** What changes when a file is written; undefined where there is none. */
async function stamp(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined); // Why it cannot be seen, reading it would say.
  return facts && `${facts.ino} ${facts.size} ${facts.mtimeNs}`;
}
