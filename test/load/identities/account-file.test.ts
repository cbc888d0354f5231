import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { AccountFile } from '../../../src/load/identities/account-file.js';

const TARGET = 'ws://127.0.0.1:1';
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-accounts-'));
  path = join(folder, 'accounts.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const account = (name: string) => ({ email: `${name}@x`, password: `pass-${name}`, registered: true });

async function refusal(target = TARGET): Promise<string> {
  const error = await AccountFile.read(path, target).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe('AccountFile', () => {
  it('has no accounts where there is no file, and makes none by being read', async () => {
    expect((await AccountFile.read(path, TARGET)).accounts).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps its accounts for the next one, readable by the owner alone', async () => {
    const file = await AccountFile.read(path, TARGET);
    file.accounts.push({ ...account('a'), userId: 'id-a' }, account('b'));
    await file.save();
    expect((await AccountFile.read(path, TARGET)).accounts).toEqual([{ ...account('a'), userId: 'id-a' }, account('b')]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('holds what was last known when many save at the same time, and leaves no drafts', async () => {
    const file = await AccountFile.read(path, TARGET);
    const saves = Array.from({ length: 50 }, (_, index) => {
      file.accounts.push(account(`n${index}`));
      return file.save();
    });
    await Promise.all(saves);
    expect((await AccountFile.read(path, TARGET)).accounts).toHaveLength(50);
    expect(readdirSync(folder)).toEqual(['accounts.json']);
  });

  it('has on the disk whatever was there when a save was asked for', async () => {
    const file = await AccountFile.read(path, TARGET);
    for (const name of ['a', 'b', 'c']) {
      void file.save();
      file.accounts.push(account(name));
      await file.save();
      expect(JSON.parse(readFileSync(path, 'utf8')).accounts).toEqual(file.accounts);
    }
  });

  it.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o606])('is refused when others may open it: %o', async (mode) => {
    await (await AccountFile.read(path, TARGET)).save();
    chmodSync(path, mode);
    expect(await refusal()).toContain(`chmod 600 ${path}`);
  });

  it('is refused for another target', async () => {
    await (await AccountFile.read(path, TARGET)).save();
    expect(await refusal('ws://127.0.0.1:2')).toMatch(/127\.0\.0\.1:1, not of ws:\/\/127\.0\.0\.1:2/);
  });

  it.each([
    ['no JSON', '{"accounts": [{"password": "hunter2"', /not JSON/],
    ['another shape', '{"version": 1, "target": "t", "accounts": [{"email": "a", "password": "hunter2", "extra": 1}]}', /accounts\.0/],
    ['a later version', '{"version": 9, "target": "t", "accounts": []}', /version/],
  ])('is refused when it is %s, without a word of what is in it', async (_, text, message) => {
    writeFileSync(path, text, { mode: 0o600 });
    expect(await refusal()).toMatch(message);
    expect(await refusal()).not.toContain('hunter2');
  });

  it('says when it cannot be written', async () => {
    const file = await AccountFile.read(join(folder, 'nowhere', 'accounts.json'), TARGET);
    await expect(file.save()).rejects.toThrow(/cannot be kept in .*nowhere.*ENOENT/);
  });
});
