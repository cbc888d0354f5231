import { open } from 'node:fs/promises';

const HEAD_BYTES = 256;

/** The language that an HTML file says it is in; undefined where it says none, or is not there. */
export async function languageOfFile(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined); // Then nobody can tell.
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return /<html lang="([a-z-]+)">/.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
  } finally {
    await file.close();
  }
}
