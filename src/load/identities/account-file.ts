import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, UsageError } from '../../errors.js';

/** One account of the file. The password is a secret. */
const keptAccount = z.strictObject({
  email: z.string().min(1),
  password: z.string().min(1),
  /** Where the target told it. */
  userId: z.string().optional(),
  /** Whether the target has said that it is there. One that was only planned may be there too: its registration was interrupted. */
  registered: z.boolean(),
});
export type KeptAccount = z.infer<typeof keptAccount>;

const VERSION = 1;

const content = z.strictObject({ version: z.literal(VERSION), target: z.string(), accounts: z.array(keptAccount) });

/** What group and others may do with a file. */
const OTHERS = 0o077;

/** The accounts that were made on one target, kept with their passwords for the next run in a file that only its owner can read. */
export class AccountFile {
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    readonly target: string,
    /** Changes reach the file by {@link save}. */
    readonly accounts: KeptAccount[],
  ) {}

  /**
   * Reads the file; one that is not there has no accounts.
   * @throws UsageError for a file that others can read, that is for another target, or that is none of these
   */
  static async read(path: string, target: string): Promise<AccountFile> {
    const text = await readOwn(path);
    return new AccountFile(path, target, text === undefined ? [] : parse(path, target, text));
  }

  /** Writes all accounts as they are now, wholly or not at all. @throws UsageError when the file cannot be written */
  save(): Promise<void> {
    // Whoever comes while one save waits for another is served by that one: it has not looked at the accounts yet.
    this.#waiting ??= this.#writing.then(() => {
      this.#waiting = undefined;
      this.#writing = this.#write();
      return this.#writing;
    });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    const { path, target, accounts } = this;
    const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ version: VERSION, target, accounts }, null, 1)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw new UsageError(`the accounts cannot be kept in ${path}: ${messageOf(error)}`, { cause: error });
    }
  }
}

async function readOwn(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    // Windows has no such bits.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new UsageError(`${path} holds passwords and is open to others than its owner: chmod 600 ${path}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parse(path: string, target: string, text: string): KeptAccount[] {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    // The parser's message would quote the text, and with it a password.
    throw new UsageError(`${path} is no file of accounts: it is not JSON`);
  }
  const read = content.safeParse(tree);
  if (!read.success) {
    const where = read.error.issues[0]?.path.join('.');
    throw new UsageError(`${path} is no file of accounts of this version${where ? `: ${where} cannot be used` : ''}`);
  }
  if (read.data.target === target) return read.data.accounts;
  throw new UsageError(`${path} holds accounts of ${read.data.target}, not of ${target}: give each target a file of its own`);
}
