import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

/** The variables of a .env file; as in a shell the last one of a name holds. Its values can be secrets. Rejects where it cannot be read. */
export async function readEnvFile(file: string): Promise<Record<string, string>> {
  const found = parseEnv(await readFile(file, 'utf8'));
  return Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
